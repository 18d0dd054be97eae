"""Whether two products show one picture, by what is kept of them."""

from catalog import pictures
from catalog.one_picture import Seen
from catalog.thumbnails import make_pictures
from tests.conftest import picture_bytes
from tests.products import show


def test_products_of_one_picture_show_one_and_others_do_not():
    show(picture_bytes("red"), "a", "b")
    show(picture_bytes("navy"), "c")
    seen = Seen()
    assert seen.show_one(("a", ()), ("b", ()))
    assert not seen.show_one(("a", ()), ("c", ()))


def test_a_further_picture_may_be_the_one():
    show(picture_bytes("red"), "a")
    show(picture_bytes("navy"), "b")
    pictures.put(pictures.further_place("b", "f" * 64), make_pictures(picture_bytes("red")).picture)
    assert Seen().show_one(("a", ()), ("b", ("f" * 64,)))
    assert not Seen().show_one(("a", ()), ("b", ()))


def test_what_cannot_be_read_is_none_of_them():
    show(picture_bytes("red"), "a")
    show(b"no picture", "b")
    assert not Seen().show_one(("a", ()), ("b", ("f" * 64,)))
    assert not Seen().show_one(("gone", ()), ("gone", ()))
