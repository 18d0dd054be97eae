"""Lists that a shop's API gives in pages with numbers."""

from collections.abc import Callable, Iterator
from typing import Any

from catalog.records import SourceError

# So many pages in a row that cannot be had end the walk.
MAX_FAILURES = 3


def numbered(
    get: Callable[[int], list[Any]], key: Callable[[Any], str], full: int = 1
) -> Iterator[tuple[str, Any]]:
    """(what to call it, item) of all pages, each item once by its `key`.

    It ends with a page that has nothing new, or fewer items than a `full` one. A page that cannot
    be had is passed over and told of at the end, the first at once: raises SourceError.
    """
    failures: list[SourceError] = []
    seen: set[str] = set()
    number, in_a_row = 0, 0
    while in_a_row < MAX_FAILURES:
        number += 1
        try:
            items = get(number)
        except SourceError as error:
            if number == 1:
                raise
            failures.append(error)
            in_a_row += 1
            continue
        in_a_row = 0
        named: dict[str, Any] = {}
        for place, item in enumerate(items):
            named.setdefault(key(item) or f"no key, {place}", item)
        fresh = [item for name, item in named.items() if name not in seen]
        seen.update(named)
        yield from ((f"product {n} of page {number}", item) for n, item in enumerate(fresh, 1))
        if not fresh or len(items) < full:
            break
    if failures:
        raise failures[0]
