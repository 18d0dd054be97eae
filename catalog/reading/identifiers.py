"""A product's own id where only the page itself shows it: labelled text, inputs, its address."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from catalog.reading.page import Page
from catalog.reading.values import ID_KEYS
from catalog.reading.words import GTIN_LABEL, MPN_LABEL, SKU_LABEL

_LABEL = re.compile(
    rf"^\W*(?:(?P<sku>{SKU_LABEL})|(?P<mpn>{MPN_LABEL})|(?P<gtin>{GTIN_LABEL}))"
    r"\.?\s*(?P<colon>[:#№：.])?\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"^[\W_]*([A-Za-z0-9][\w./-]{1,38}[A-Za-z0-9])(?=$|[\s,;)])", re.ASCII)
# What may follow a label without a colon: "Ref. 1044/320".
_ALONE = re.compile(r"(?=\D*\d)[A-Za-z0-9][\w./-]{2,30}", re.ASCII)
_INPUTS = re.compile(
    r"^(?:asin|sku|(?:product|item|goods|prod|offer|deal|ad|listing)[_-]?(?:id|code|no|sku|number)|"
    r"id[_-]?(?:product|item)|pid|products_id|product|gid)$",
    re.IGNORECASE,
)
_ATTRIBUTES = re.compile(r"^data-(?:product|item|sku|asin|offer|ad|listing|pid|id)", re.IGNORECASE)
_PARTS = (re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*"), re.compile(r"[A-Za-z0-9]+"))
MAX_TEXTS = 6000


def identifiers(page: Page, start: int, apart: bytearray) -> dict[str, str]:
    """Ids by schema.org's keys. `start`: the text of its name; `apart`: 1 for others' tags."""
    found = _labelled(page, start, apart)
    if "sku" not in found and (ident := _in_address(page, apart)):
        found["productid"] = ident
    return {key: found[key] for key in ID_KEYS if key in found}


def _labelled(page: Page, start: int, apart: bytearray) -> dict[str, str]:
    """ "SKU: 1234", label and value in one text or in two; those after the name first."""
    order = [*range(max(start, 0), len(page.texts)), *range(max(start, 0))][:MAX_TEXTS]
    found: dict[str, str] = {}
    for place in order:
        number, words = page.texts[place]
        if len(words) > 80 or not (match := _LABEL.match(words)):
            continue
        written = match["value"]
        if not written and place + 1 < len(page.texts):
            written = page.texts[place + 1][1].lstrip(":# ")
        elif not match["colon"] and not _ALONE.fullmatch(written):
            continue
        key = "sku" if match["sku"] else "mpn" if match["mpn"] else "gtin"
        value = _VALUE.match(written[:60])
        if value and re.search(r"\d", value[1]) and key not in found and not apart[number]:
            found[key] = value[1]
    return found


def _in_address(page: Page, apart: bytearray) -> str:
    """An id that the page's address has, and an input or an attribute of the page too."""
    parts = address_parts(page.url)
    counts: dict[str, int] = {}
    for number, tag in enumerate(page.tags):
        for value, weight in _ids_in(tag.attrs, tag.name):
            if value in parts and not apart[number]:
                counts[parts[value]] = counts.get(parts[value], 0) + weight
    if counts:
        return max(counts, key=lambda part: (counts[part], len(part)))
    return ""


def _ids_in(attributes: Mapping[str, object], name: str) -> list[tuple[str, int]]:
    found = []
    for key, value in attributes.items():
        if not isinstance(value, str) or not 2 < len(value) < 40:
            continue
        if name in ("input", "button", "option") and key == "value":
            named = str(attributes.get("name", "") or attributes.get("id", ""))
            if _INPUTS.match(named):
                found.append((value.casefold(), 5))
        elif _ATTRIBUTES.match(key):
            found.append((value.casefold(), 2))
    return found


def address_parts(url: str) -> dict[str, str]:
    """What can be an id in an address (it has a digit), by its small letters."""
    parts = urlsplit(url)
    pieces = [unquote(piece) for piece in parts.path.split("/") if piece]
    pieces = [re.sub(r"\.(?:html?|php|aspx?|jsp)$", "", piece) for piece in pieces[-4:]]
    pieces += [value for _, value in parse_qsl(parts.query)[:20]]
    words = [word for piece in pieces for word in (piece, *piece.split("_"))]
    words += [word for piece in pieces for part in _PARTS for word in part.findall(piece)]
    return {w.casefold(): w for w in words if 2 < len(w) < 40 and re.search(r"\d", w)}
