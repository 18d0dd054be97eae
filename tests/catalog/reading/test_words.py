"""The words of shops: each table has a sentence of every kind and language that is known."""

import re

import pytest

from catalog.reading.values import said_of_stock
from catalog.reading.words import (
    BEFORE_OLD_PRICE,
    BEFORE_OTHER_PRICE,
    BUY,
    GTIN_LABEL,
    LOAD_MORE,
    LOAD_PRODUCTS,
    MPN_LABEL,
    NEXT,
    OF_A_PART,
    SKU_LABEL,
    any_of,
)

# (can be had, cannot) in one language; the second holds the words of the first and denies them.
STOCK = {
    "en": ("in stock", "currently not in stock"),
    "en, longer": ("in stock", "no longer in stock"),
    "en, short": ("available now", "this isn't available now"),
    "en, counted": ("12 in stock", "0 in stock"),
    "en, labelled": ("In stock: 3", "In stock: 0"),
    "de": ("sofort lieferbar", "nicht sofort lieferbar"),
    "fr": ("disponible", "n'est plus disponible"),
    "fr, not": ("en stock", "pas en stock"),
    "it": ("disponibile", "non è più disponibile"),
    "es, not": ("en stock", "fuera de stock"),
    "es, none": ("en stock", "no hay stock"),
    "es": ("disponible", "ya no está disponible"),
    "pt": ("disponível", "não está mais disponível"),
    "nl": ("op voorraad", "niet meer op voorraad"),
    "sv": ("i lager", "finns inte i lager"),
    "sv, short": ("i lager", "ej i lager"),
    "da": ("på lager", "ikke længere på lager"),
    "fi": ("varastossa", "ei enää varastossa"),
    "pl": ("dostępny", "nie jest dostępny"),
    "cs": ("skladem", "není momentálně skladem"),
    "sk": ("na sklade", "nie je na sklade"),
    "hu": ("raktáron", "nincs már raktáron"),
    "ro": ("în stoc", "nu mai este în stoc"),
    "hr": ("dostupno", "nije dostupno"),
    "ru": ("в наличии", "нет в наличии"),
    "ru, not": ("на складе: есть на складе", "сейчас нет на складе"),
    "uk": ("в наявності", "немає в наявності"),
    "bg": ("в наличност", "не е в наличност"),
    "tr": ("stokta", "stokta yok"),
    "el": ("σε απόθεμα", "δεν είναι σε απόθεμα"),
    "vi": ("còn hàng", "không còn hàng"),
    "id": ("tersedia", "tidak tersedia"),
    "ja": ("在庫あり", "在庫ありません"),
    "zh": ("有货", "没有货"),
    "zh, traditional": ("現貨", "暫無現貨"),
    "ko": ("재고 있음", "재고 없음"),
    "ar": ("متوفر", "غير متوفر"),
    "he": ("במלאי", "לא במלאי"),
}


@pytest.mark.parametrize(("has", "lacks"), STOCK.values(), ids=STOCK)
def test_stock_and_its_denial_are_told_apart(has, lacks):
    assert said_of_stock(has) is True
    assert said_of_stock(lacks) is False
    assert said_of_stock(lacks.upper()) is False


@pytest.mark.parametrize(
    "words",
    ["Brak na stanie", "Nincs készleten", "Ei saatavilla", "สินค้าหมด", "غير متاح", "0 items left"],
)
def test_some_words_say_only_that_there_is_none(words):
    assert said_of_stock(words) is False


@pytest.mark.parametrize(
    "sentence",
    [
        "10 in stock",
        "1,000 available",
        "No waiting. Always in stock",
        "Kann nicht warten? Sofort lieferbar",
        "disponible en plusieurs tailles",
    ],
)
def test_a_denial_of_something_else_denies_no_stock(sentence):
    assert said_of_stock(sentence) is True


@pytest.mark.parametrize("words", ["livestock", "instock-photo", "Stockholm", "the notebook", ""])
def test_words_that_only_look_like_stock_say_nothing(words):
    assert said_of_stock(words) is None


@pytest.mark.parametrize(
    "words",
    ["in-store pickup", "in your store", "this size", "Abholung", "cette taille", "магазине"],
)
def test_what_is_said_of_a_store_or_a_size_is_of_a_part(words):
    assert OF_A_PART.search(words)


@pytest.mark.parametrize("words", ["restores", "sized right", "Lieferung", "In stock"])
def test_what_is_said_of_the_product_is_of_no_part(words):
    assert not OF_A_PART.search(words)


@pytest.mark.parametrize(
    ("label", "kinds"),
    [
        ("SKU", "sku"), ("Artikel-Nr", "sku"), ("Art. no", "sku"), ("Артикул", "sku"),
        ("商品番号", "sku"), ("Kód produktu", "sku"), ("MPN", "mpn"), ("Part number", "mpn"),
        ("EAN", "gtin"), ("ISBN-13", "gtin"), ("Colour", ""), ("Size", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_label_names_one_kind_of_id(label, kinds):
    patterns = {"sku": SKU_LABEL, "mpn": MPN_LABEL, "gtin": GTIN_LABEL}
    found = [kind for kind, p in patterns.items() if re.fullmatch(p, label, re.IGNORECASE)]
    assert " ".join(found) == kinds


@pytest.mark.parametrize("words", ["was", "RRP:", "statt ", "Au lieu de", "原價", "старая цена: "])
def test_words_before_an_old_price(words):
    assert BEFORE_OLD_PRICE.search(words)


@pytest.mark.parametrize("words", ["washed", "was it good? Now", "price", "jetzt", ""])
def test_words_before_a_price_of_now(words):
    assert not BEFORE_OLD_PRICE.search(words)


@pytest.mark.parametrize(
    "words", ["Shipping: ", "free delivery on orders over", "zzgl. Versandkosten ", "доставка"]
)
def test_words_before_a_price_of_something_else(words):
    assert BEFORE_OTHER_PRICE.search(words)


@pytest.mark.parametrize("words", ["our price", "Members love it at", "fees included:", ""])
def test_words_before_the_product_s_own_price(words):
    assert not BEFORE_OTHER_PRICE.search(words)


@pytest.mark.parametrize(
    "label", ["Next", "next page »", "Weiter", "次へ", ">", "›", "Siguiente →"]
)
def test_a_link_to_the_next_page(label):
    assert NEXT.search(label)


@pytest.mark.parametrize("label", ["next day delivery", "Nextbase", "<", "1", "previous", ""])
def test_what_is_no_link_to_the_next_page(label):
    assert not NEXT.search(label)


@pytest.mark.parametrize(
    ("label", "loads", "loads_products"),
    [
        ("Load more", True, True),
        ("Show more", True, False),  # it may open a text
        ("Show 24 more products", False, True),
        ("Mehr laden", True, True),
        ("もっと見る", True, True),
        ("Read more", False, False),
    ],
)
def test_a_button_loads_more_or_more_products(label, loads, loads_products):
    assert bool(LOAD_MORE.search(label)) is loads
    assert bool(LOAD_PRODUCTS.fullmatch(label)) is loads_products


def test_a_button_that_only_begins_like_buying_sells_nothing():
    assert BUY.search("Buy now")
    assert not BUY.search("Buyer protection")
    assert not BUY.search("Do not buy now")


def test_alternatives_are_split_at_bars_with_spaces_only():
    assert any_of(" one |  two\n words | (?:a|b) ") == "one|two words|(?:a|b)"
