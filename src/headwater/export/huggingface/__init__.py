"""Parquet in the Hub's layout, with a card."""
