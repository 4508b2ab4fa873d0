"""Vitrine's package: from a shop's files to explained, tunable rankings. Never imports streamlit."""

__version__ = "0.1.0"
