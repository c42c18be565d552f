"""LeRobotDataset v3.0 and v2.1: rows, videos and metadata; what LeRobot has no place for lies beside."""
