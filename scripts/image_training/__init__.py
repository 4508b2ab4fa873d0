"""The pieces of `scripts/train_image_encoder.py`: pictures, augmentation, objectives, the step."""
