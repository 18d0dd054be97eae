"""A page of many: one that is not there is said to be so, and never another one in its place."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.counted_pages import CountedPages

# Products on a page of the grid, and of the export, which has the same pages.
PER_PAGE = 48


class NoSuchPage(Exception):
    """The page lies beyond the last."""

    status = 404

    def __init__(self, number: int, last: int) -> None:
        numbers = {"number": number, "last": last}
        super().__init__(_("There is no page %(number)d; the last is %(last)d.") % numbers)
        self.number, self.last = number, last


def page_of(
    items: "Sequence[Any] | QuerySet[Any]",
    number: int | None,
    per_page: int,
    most: int | None = None,
) -> "Page[Any]":
    """The page of that number, the first without one; page 1 is there even of nothing.

    In a large catalogue, the first `most` have pages, if that is given. Raises NoSuchPage.
    """
    paginator = CountedPages(items, per_page, most=most)
    try:
        return paginator.page(number or 1)
    except EmptyPage:
        raise NoSuchPage(number or 1, paginator.num_pages) from None
