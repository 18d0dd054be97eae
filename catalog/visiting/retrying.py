"""When a shop that is busy, or breaks off, is asked again."""

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

# Answers that ask to come again later, and how often an address is asked in all.
LATER = (429, 502, 503, 504)
TRIES = 4
LONGEST_WAIT = 120
_RETRY = Retry(retry_after_max=LONGEST_WAIT)


def wait_before(attempt: int, retry_after: str, jitter: float) -> float:
    """Seconds to wait before the next try: what Retry-After says, else 1, 2, 4 … and up to half.

    `attempt` counts from 0. `jitter`, 0 to 1, spreads visitors that were turned away at once.
    """
    try:
        return _RETRY.parse_retry_after(retry_after)
    except (InvalidHeader, ValueError, OverflowError):
        return 2.0**attempt * (1 + jitter / 2)
