"""How kernels are compiled, and on how many threads they run."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from numba import get_num_threads, njit, set_num_threads

# Numbers that one thread reads in less than a millisecond.
LITTLE = 1 << 20


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """numba's njit; what it compiles is kept on disk, in NUMBA_CACHE_DIR or beside the source."""

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:  # there is no place to keep it: each process compiles anew
            return njit(**options)(function)

    return decorate


def _numbers(*arguments: Any) -> int:
    """How many numbers a kernel is given."""
    return sum(getattr(argument, "size", 0) for argument in arguments)


def in_parallel(
    numbers: Callable[..., int] = _numbers, **options: Any
) -> Callable[[Callable[..., Any]], Any]:
    """A kernel on all threads; on one where `numbers` says of its arguments that it reads few.

    On a busy machine the other threads are waited for much longer than they help.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        kernel = compiled(parallel=True, **options)(function)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            if numbers(*arguments) > LITTLE:
                return kernel(*arguments)
            threads = get_num_threads()
            set_num_threads(1)
            try:
                return kernel(*arguments)
            finally:
                set_num_threads(threads)

        call.kernel = kernel  # type: ignore[attr-defined]
        return call

    return decorate
