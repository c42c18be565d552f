"""What ``make_faults.py`` writes down, by the contract that proves it."""
