"""A shop's host in one spelling, whichever of its spellings an address uses.

A name in letters and in punycode, in capitals, with a dot at its end, with its port written out:
all are one host, and so are both spellings of a letter that older rules write otherwise (ß as ss).
"""

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of an address, without `www.`, with its port unless that goes without saying.

    Nothing, where the address has none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = in_letters(parts.hostname or "").removeprefix("www.")
    host = f"[{host}]" if ":" in host else host
    return host if port in (None, _USUAL_PORTS.get(parts.scheme)) else f"{host}:{port}"


def in_letters(host: str) -> str:
    """A host's name in small letters, not in punycode, without a dot at its end."""
    plain = unicodedata.normalize("NFKC", host.replace("。", ".")).casefold().rstrip(".")
    return ".".join(map(_in_letters, plain.split("."))) if "xn--" in plain else plain


def in_ascii(host: str) -> str:
    """A host as it is asked for, in small letters and punycode; a dot before it stays."""
    beginning = "." if host.startswith(".") else ""
    try:
        return beginning + host.removeprefix(".").lower().encode("idna").decode()
    except UnicodeError:
        return host.lower()


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one shop, however its host is spelled."""
    return host_of(one) == host_of(other)


def _in_letters(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        letters = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    # What no registry would write so must not pass for another name.
    plain = not letters.isascii() and unicodedata.normalize("NFKC", letters) == letters
    return letters.casefold() if plain else label
