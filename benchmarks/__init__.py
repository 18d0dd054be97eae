"""Figures, each beside a peer's or a physical limit's of the same run."""
