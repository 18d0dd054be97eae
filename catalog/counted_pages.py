"""Pages of a query whose products are counted once for the catalogue as it is."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from catalog import memory


class CountedPages(Paginator):  # type: ignore[type-arg]  # not so at run time
    """Of a large catalogue only the first `most` are counted, and have pages, if that is given.

    Other counts that take long may be of a while ago; see memory.py.
    """

    def __init__(
        self,
        object_list: "Sequence[Any] | QuerySet[Any]",
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
        *,
        most: int | None = None,
    ) -> None:
        super().__init__(object_list, per_page, orphans, allow_empty_first_page)
        self.most = most
        # Whether there may be more than are counted; known once they are.
        self.is_cut = False

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        try:
            asked = str(self.object_list.query)
        except EmptyResultSet:  # nothing can pass
            return 0
        catalogue = memory.of_now()
        if self.most is None or not catalogue.is_large():
            return catalogue.roughly(asked, self.object_list.count)
        first = self.object_list.order_by()[: self.most]
        found = catalogue.once((asked, self.most), first.count)
        self.is_cut = found == self.most
        return found
