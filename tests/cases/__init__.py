"""Inputs in the shapes of publicly reported faults, each with its truth: see README.md."""

from pathlib import Path

CASES = Path(__file__).parent
