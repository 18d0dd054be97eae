"""Work beside the event loop: what would hold up all others has a thread of its own.

Under gunicorn one thread serves all clients of a worker, each for as long as it waits for nothing.
Decoding a picture, a network, a password's hash, reading a large file: for as long as these take,
nobody else would be answered. Each kind goes down its lane, one after the other; Pillow, numpy,
ncnn, OpenSSL and reads of files let the loop run meanwhile (they release Python's lock). Elsewhere
(a command, a test, runserver) the work is done on the spot.

What is given away here touches neither the database nor translations, both of which belong to a
request; and it gives nothing away itself.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The loop goes first where both want the processor: as `nice` counts.
BEHIND = 10
# Seconds: a loop that is never idle must not keep pages waiting for ever.
MAX_PATIENT = 0.1


class Lane(StrEnum):
    """What waits for what: within a lane one after the other, so that memory is bounded, too."""

    PICTURES = "pictures"
    SEARCHES = "searches"
    PASSWORDS = "passwords"
    FILES = "files"


_pools: dict[tuple[int, Lane], Any] = {}


def beside(lane: Lane, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What `work` returns or raises; the others are served while it runs."""
    if not loop_runs():
        return work(*given, **named)
    done, value = _pool(lane).spawn(_outcome_of, work, given, named).get()
    if not done:
        raise value
    result: T = value
    return result


def give_way() -> None:
    """Waits until nobody else has anything to be done, but not for long."""
    if loop_runs():
        from gevent import Timeout, idle

        with Timeout(MAX_PATIENT, False):
            idle()


def loop_runs() -> bool:
    """Whether many clients share this thread: gevent has taken the place of threads."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))


def _pool(lane: Lane) -> Any:
    """The lane's thread; one made before a fork is not there after it."""
    from gevent.threadpool import ThreadPool

    place = (os.getpid(), lane)
    if place not in _pools:
        _pools[place] = ThreadPool(1)
    return _pools[place]


def _outcome_of(
    work: Callable[..., T], given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[bool, T | BaseException]:
    """In the thread: an error goes back to who asked, and is not printed on the way."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, BEHIND)
    try:
        return True, work(*given, **named)
    except Exception as error:
        return False, error
