"""The three metrics by name. A distance is smaller the more alike two pictures are.

The names are scikit-learn's.
"""

from enum import StrEnum


class Metric(StrEnum):
    """How the distance between two embeddings is measured."""

    COSINE = "cosine"
    EUCLIDEAN = "euclidean"
    MANHATTAN = "manhattan"


# Beyond it, sums of squares would leave float32, of 25,088 numbers, too.
LARGEST = 1e15
# What the kernels call them.
METRIC_CODES = {metric: code for code, metric in enumerate(Metric)}
