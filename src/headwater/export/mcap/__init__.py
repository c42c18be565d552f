"""MCAP with Foxglove's types."""
