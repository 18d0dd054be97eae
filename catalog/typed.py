"""Numbers as people type them, on the pages; programs, which ask the API, keep to digits and a dot.

One meaning whatever the language of the page, so that an address means the same to all: a comma is
the decimal one, unless three digits follow it that it sets apart (1,299), or a dot is (1,299.50).
"""

import re
from collections.abc import Iterable

from django.http import QueryDict

from catalog.reading.money import currency_of, normal

LONGEST = 40
_TYPED = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d.,]*\d[\d.,]*)(?P<after>[^\d]*)")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}|[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}")


def plainly(asked: QueryDict, names: Iterable[str]) -> QueryDict:
    """A copy of what is asked, the fields of these names as programs write them."""
    plain = asked.copy()
    for name in names:
        if name in plain:
            plain.setlist(name, [plain_number(value) for value in plain.getlist(name)])
    return plain


def plain_number(text: str) -> str:
    """`1 236,50 €` as `1236.50`; what is no number stays what it is, for a form to refuse."""
    if len(text) > LONGEST:
        return text
    joined = re.sub(r"(?<=[\d.,])[ ']+(?=[\d.,])", "", normal(text).strip())
    found = _TYPED.fullmatch(joined)
    if found is None or not all(_is_a_currency(found[side]) for side in ("before", "after")):
        return text
    return _with_a_dot(found["number"])


def _is_a_currency(text: str) -> bool:
    text = text.strip()
    return not text or bool(currency_of(text))


def _with_a_dot(number: str) -> str:
    """The number without what groups its digits; as it is, where that is not to be told."""
    if _GROUPED.fullmatch(number):
        return re.sub(r"[.,]", "", number)
    last = max(number.rfind("."), number.rfind(","))
    if last == -1 or number.count(number[last]) > 1:
        return number
    return f"{re.sub('[.,]', '', number[:last])}.{number[last + 1 :]}"
