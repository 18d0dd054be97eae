"""Lists that come in pages with numbers."""

import pytest

from catalog.records import SourceError
from catalog.sources.numbered import MAX_FAILURES, numbered


class Api:
    """Gives the pages it has; `asked` are their numbers. A page that is an error is raised."""

    def __init__(self, *pages):
        self.pages = pages
        self.asked = []

    def get(self, number):
        self.asked.append(number)
        page = self.pages[number - 1] if number <= len(self.pages) else []
        if isinstance(page, Exception):
            raise page
        return page


def walked(api, full=1):
    """What came, and the sentence it ended with."""
    found = []
    try:
        for item in numbered(api.get, str, full):
            found.append(item)
    except SourceError as error:
        return found, str(error)
    return found, ""


def test_pages_are_asked_for_until_one_is_empty():
    api = Api(["a", "b"], ["c"])
    assert walked(api) == (
        [("product 1 of page 1", "a"), ("product 2 of page 1", "b"), ("product 1 of page 2", "c")],
        "",
    )
    assert api.asked == [1, 2, 3]


def test_a_page_that_is_not_full_is_the_last():
    api = Api(["a", "b"], ["c"])
    walked(api, full=2)
    assert api.asked == [1, 2]


def test_a_shop_that_gives_its_last_page_over_and_over_ends():
    api = Api(["a"], ["b"], ["b"], ["b"])
    assert [item for _, item in walked(api)[0]] == ["a", "b"]
    assert api.asked == [1, 2, 3]


@pytest.mark.parametrize("pages", [(["a", "a"],), (["a"], ["a", "b"], ["b", "c"])])
def test_each_item_comes_once(pages):
    items = [item for _, item in walked(Api(*pages))[0]]
    assert items == sorted(set(items))


def test_items_that_lack_a_key_are_not_taken_for_one():
    found = list(numbered(Api([7, None, None]).get, lambda item: str(item or "")))
    assert found == [
        ("product 1 of page 1", 7),
        ("product 2 of page 1", None),
        ("product 3 of page 1", None),
    ]


def test_a_first_page_that_cannot_be_had_ends_it_at_once():
    api = Api(SourceError("no such shop"), ["a"])
    assert walked(api) == ([], "no such shop")
    assert api.asked == [1]


def test_a_page_that_cannot_be_had_is_passed_over_and_told_at_the_end():
    api = Api(["a"], SourceError("page 2 is broken"), ["c"])
    found, end = walked(api)
    assert [item for _, item in found] == ["a", "c"]
    assert end == "page 2 is broken"


def test_pages_that_fail_in_a_row_end_it_and_those_between_good_ones_do_not():
    broken = [SourceError(f"page {n} is broken") for n in range(2, 9)]
    api = Api(["a"], *broken, ["z"])
    assert walked(api)[1] == "page 2 is broken"
    assert api.asked == list(range(1, 2 + MAX_FAILURES))
    mixed = Api(["a"], broken[0], broken[1], ["b"], broken[2], broken[3], ["c"])
    assert [item for _, item in walked(mixed)[0]] == ["a", "b", "c"]


def test_only_errors_of_the_source_are_passed_over():
    with pytest.raises(KeyError):
        list(numbered(Api(["a"], KeyError("ours")).get, str))
