"""A product's id in an address of ours, and the shop's addresses that may be shown."""

import re

# What may be an item_id: all text but NUL, which PostgreSQL cannot hold, and lone surrogates,
# which UTF-8 cannot; no longer than Product.item_id.
ITEM_ID = r"[^\x00\ud800-\udfff]{1,300}"


def can_be_an_id(text: str) -> bool:
    """Whether a product may be called so; what may not is never looked up."""
    return re.fullmatch(ITEM_ID, text) is not None


def is_web_address(text: str) -> bool:
    """Whether a link to it is safe to show: a shop's data may hold javascript: addresses."""
    return re.fullmatch(r"https?://[^\s/\\\x00-\x1f]+[^\s\x00-\x1f]*", text, re.I) is not None
