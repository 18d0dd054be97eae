"""A page of many: one that is not there is said to be so, and never another one in its place."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _


class NoSuchPage(Exception):
    """The page lies beyond the last."""

    status = 404

    def __init__(self, number: int, last: int) -> None:
        told = {"number": number, "last": last}
        super().__init__(_("There is no page %(number)d; the last is %(last)d.") % told)
        self.number, self.last = number, last


def page_of(
    items: "Sequence[Any] | QuerySet[Any]", number: int | None, per_page: int
) -> "Page[Any]":
    """The page of that number, the first without one; page 1 is there even of nothing.

    Raises NoSuchPage.
    """
    paginator = Paginator(items, per_page)
    try:
        return paginator.page(number or 1)
    except EmptyPage:
        raise NoSuchPage(number or 1, paginator.num_pages) from None
