"""What comes with a request is taken in whole, and within bounds, before the site looks at it.

A body lies on the disk from 64 kB on, whatever waits for its turn. One that says that it is too
large is refused at once, one that says nothing (in chunks) when it has become so, and one that
does not arrive when its time is up; the connection is then closed, for what is left of the body
stands in the way of the next request.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from tempfile import SpooledTemporaryFile
from typing import Any

from recommender.live.worker_threads import loop_runs
from recommender.search.errors import BrokenBody, Busy, NoLength, SearchError, TooLarge, TooSlow

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# A picture of 10 MB, and what a form puts around it.
MAX_BYTES = 11 * 2**20
IN_MEMORY = 2**16
# Seconds that each 64 kB may take, and all of it.
A_PIECE, ALL = 15, 120
# As many may be on their way at once, in each worker: some 700 MB of disk.
MAX_AT_ONCE = 64
# In the environment: why a body was not taken in.
REFUSED = "lookalike.refused_body"

_on_their_way: set[int] = set()


def taken_in(application: Application) -> Application:
    """The application, to which each body is a file that has arrived."""

    def wsgi(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                _take(environ, body)
            except SearchError as error:
                _refuse(environ, body, type(error))
            body.seek(0)
            environ["wsgi.input"] = body
            return application(environ, start_response)

    return wsgi


def is_too_large(declared: str) -> bool:
    """Whether a Content-Length alone is reason enough."""
    return _length(declared) > MAX_BYTES


def _length(declared: str) -> int:
    """So many bytes; 0 where it is no number. Python reads no number of thousands of digits."""
    return int(declared.lstrip("0")[:18] or 0) if declared.isdecimal() else 0


def _take(environ: Environ, body: "SpooledTemporaryFile[bytes]") -> None:
    declared = environ.get("CONTENT_LENGTH") or ""
    length = _length(declared)
    in_chunks = "HTTP_TRANSFER_ENCODING" in environ
    if length > MAX_BYTES:
        raise TooLarge
    if in_chunks and not environ.get("wsgi.input_terminated"):
        raise NoLength  # the server reads no chunks
    if not in_chunks and not length:
        return
    if len(_on_their_way) >= MAX_AT_ONCE:
        raise Busy
    _on_their_way.add(id(body))
    try:
        with _clock(ALL):
            _copy(environ["wsgi.input"], body, None if in_chunks else length)
    finally:
        _on_their_way.discard(id(body))
    environ["CONTENT_LENGTH"] = str(body.tell())
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _copy(source: Any, body: "SpooledTemporaryFile[bytes]", length: int | None) -> None:
    left = MAX_BYTES + 1 if length is None else length
    while left:
        with _clock(A_PIECE):
            piece = _read(source, min(IN_MEMORY, left))
        if not piece:
            break
        _write(body, piece)
        left -= len(piece)
    if length is None and not left:
        raise TooLarge


def _read(source: Any, size: int) -> bytes:
    try:
        return bytes(source.read(size))
    except (SearchError, OSError):
        raise
    except Exception as error:  # each server has its own for chunks that are none
        raise BrokenBody from error


def _write(body: "SpooledTemporaryFile[bytes]", piece: bytes) -> None:
    try:
        body.write(piece)
    except OSError as error:
        logger.error("There is no room for what visitors send: %s", error)
        raise Busy from error


def _clock(seconds: float) -> AbstractContextManager[object]:
    """Raises TooSlow after so long, where one thread serves all; other servers have their own."""
    if not loop_runs():
        return nullcontext()
    from gevent import Timeout

    timeout: AbstractContextManager[object] = Timeout(seconds, TooSlow)
    return timeout


def _refuse(
    environ: Environ, body: "SpooledTemporaryFile[bytes]", error: type[SearchError]
) -> None:
    """Leaves nothing of the body, and has the server close the connection after the answer."""
    environ[REFUSED] = error
    environ["CONTENT_LENGTH"] = "0"
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    close_after = getattr(environ["wsgi.input"], "close_after", None)
    if close_after:
        close_after()
    body.seek(0)
    body.truncate()
