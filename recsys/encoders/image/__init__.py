"""Image encoders, one file each, over `pictures.py` (files → pixels) and `vit.py` (the network of our own)."""
