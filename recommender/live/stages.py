"""What a search spends its time on: whoever watches is told how long each stage took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Stage(StrEnum):
    """A part of the work of an answer."""

    LISTS = "lists"  # neighbours that the build has found
    SCAN = "scan"  # a live comparison with the index
    EMBEDDING = "embedding"  # a visitor's picture, seen by the network
    PRODUCTS = "products"  # rows of the catalogue


Watcher = Callable[[Stage, float], None]

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Calls it with a stage and its seconds, whenever one is over."""
    if watcher not in _watchers:
        _watchers.append(watcher)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """A block or, as a decorator, a function that is one stage."""
    began = time.perf_counter()
    try:
        yield
    finally:
        for watcher in _watchers:
            watcher(name, time.perf_counter() - began)
