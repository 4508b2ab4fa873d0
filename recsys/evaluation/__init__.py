"""Splits, metrics, live figures: pure functions, no I/O."""
