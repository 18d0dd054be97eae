"""Waiting for what a page comes to: a click returns before the page that it leads to has come."""

import time


def until(page, script: str, seconds: float = 15):
    """Evaluates `script` until it is true; what it is at the end of the time is returned."""
    end = time.monotonic() + seconds
    while not (found := page.evaluate(script)) and time.monotonic() < end:
        page.wait_for_timeout(50)
    return found
