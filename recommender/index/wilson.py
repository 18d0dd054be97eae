"""How far a share of few can be trusted."""

import math

# Of a standard normal distribution, 95 % lie within so many standard deviations.
Z = 1.959964


def wilson(successes: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share: E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", Journal of the American Statistical Association 22, 1927.

    It holds for few judgements, too, and where all are of one mind; of none it is 0 to 1.
    """
    if not count:
        return 0.0, 1.0
    share, square = successes / count, Z**2 / count
    middle = (share + square / 2) / (1 + square)
    spread = Z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(middle - spread, 0.0), min(middle + spread, 1.0)
