import pytest

from catalog.records import ProductRecord, shown_text


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (ProductRecord("7", product_url="https://shop.example/p/7"), "7"),
        (ProductRecord(" 7 "), "7"),
        (ProductRecord("  ", product_url="https://shop.example/p/7"), "https://shop.example/p/7"),
        (ProductRecord(""), ""),
    ],
)
def test_a_record_is_told_from_others_by_its_id_else_by_its_address(record, key):
    assert record.key == key


@pytest.mark.parametrize(
    ("first", "listed", "numbers"),
    [
        ("a", ("a", "b"), {"a": 1, "b": 2}),
        ("a", ("a", "a", "b", "a"), {"a": 1, "b": 3}),
        ("a", ("b", "c"), {"a": 1, "b": 2, "c": 3}),
        ("b", ("a", "b"), {"b": 1, "a": 2}),
        ("", ("a", "", "b"), {"a": 1, "b": 3}),
        ("a", (), {"a": 1}),
        ("", (), {}),
    ],
)
def test_pictures_have_the_numbers_under_which_the_shop_lists_them(first, listed, numbers):
    record = ProductRecord("7", image_url=first, image_urls=listed)
    assert record.picture_numbers == numbers
    assert record.addresses == list(numbers)


def test_what_can_be_neither_shown_nor_kept_is_a_space():
    assert shown_text("a\x00b\tc\x9fd\ud800é\ufffd") == "a b c d é\ufffd"
