"""Cells of CSV files that others open in a spreadsheet."""

import unicodedata

_SIGNS = ("=", "+", "-", "@")
_BREAKS = ("\t", "\r", "\n")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe keeps it text.

    Spreadsheets pass over what is blank or cannot be seen before a formula's sign, and some take
    the sign in its full width, as Japanese keyboards write it.
    """
    seen = "".join(c for c in text[:100] if unicodedata.category(c) not in ("Cf", "Cc")).lstrip()
    signed = unicodedata.normalize("NFKC", seen[:1]).startswith(_SIGNS)
    return f"'{text}" if signed or text.startswith(_BREAKS) else text
