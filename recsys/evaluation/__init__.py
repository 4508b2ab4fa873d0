"""Splits, metrics, live rates: pure functions from arrays and frames to figures with intervals."""
