"""gunicorn's worker, with a clock that stands still while the worker itself is held up.

A client has some seconds for a request's head. By the wall clock, all that wait would be over when
a worker goes on that was held that long (a suspended machine, a disk that hangs), and clients that
have sent their request in time would be cut off.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import gevent
from gunicorn.workers.ggevent import GeventWorker

TICK_SECONDS = 1.0


class Over(BaseException):
    """The time is up."""


class CalmWorker(GeventWorker):  # type: ignore[misc]
    """The gevent worker; see above."""

    def timeout_ctx(self) -> AbstractContextManager[None]:
        return in_time_of_the_loop(self.cfg.keepalive)


@contextmanager
def in_time_of_the_loop(seconds: float) -> Iterator[None]:
    """Breaks the block off after so many seconds in which the loop ran."""
    left, reading = seconds, gevent.getcurrent()

    def tick() -> None:
        nonlocal left
        left -= TICK_SECONDS
        if left <= 0:
            timer.stop()
            reading.throw(Over)

    timer = gevent.get_hub().loop.timer(TICK_SECONDS, TICK_SECONDS, priority=-1)
    timer.start(tick, update=True)
    try:
        yield
    except Over:
        pass
    finally:
        timer.stop()
        timer.close()
