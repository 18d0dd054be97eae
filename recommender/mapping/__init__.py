"""The map: every product's thumbnail on a plane, what looks alike beside each other."""
