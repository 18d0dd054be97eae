"""What a distance means to people: a score from 0 to 100.

score = 100 · 2^(−distance / median), where the median is that of the distances between random pairs
of the catalogue, under the same metric and embedder: `Statistics.scale`. So 100 is the same
picture, 50 a random pair, and a smaller distance never scores less.
"""


def score(distance: float, scale: float) -> float:
    """0 to 100; `scale` is the distance of a random pair."""
    if scale <= 0:
        return 100.0 if distance <= 0 else 0.0
    return float(100 * 2 ** (-max(distance, 0.0) / scale))
