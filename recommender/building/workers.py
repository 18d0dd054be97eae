"""Who does the heavy work of a build: this process, or the workers of a cluster.

The work is the same function on the same items; here it uses all cores, there each worker's own.
No Django.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from recommender.embedders.runtimes import cores

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers(Protocol):
    """Does a piece of work on each of many items."""

    @property
    def cores(self) -> int:
        """How many cores they have together."""
        ...

    def says(self) -> list[str]:
        """What is to be said of them before they begin, in sentences."""
        ...

    @property
    def are_elsewhere(self) -> bool:
        """Whether they know only what they are given, and the storage that all share."""
        ...

    def each(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """The items with what came of them, in the order in which they are done."""
        ...


class ThisProcess:
    """The cores that there are: one item after the other, each on all of them."""

    are_elsewhere = False

    @property
    def cores(self) -> int:
        return cores()

    def says(self) -> list[str]:
        return []

    def each(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        for item in items:
            yield item, work(item)
