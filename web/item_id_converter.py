"""A product's id in an address of ours."""

import unicodedata

from django.urls import register_converter

from catalog.addresses import ITEM_ID


class ItemIdConverter:
    """`<item:item_id>` in an address; anything that cannot be an id is no address of ours."""

    regex = ITEM_ID

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFC", value)  # as ids are kept

    def to_url(self, value: str) -> str:
        return value


register_converter(ItemIdConverter, "item")
