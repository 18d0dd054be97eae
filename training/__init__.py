"""Trains vgg16-lite, VGG-16 at a quarter of its width. See docs/train.md."""
