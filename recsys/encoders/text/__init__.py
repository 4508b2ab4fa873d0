"""Text encoders, one file each; `transformer.py` carries the batching that all of them share."""
