"""Headwater: the open network for AI training data."""

__version__ = "0.1.0"
