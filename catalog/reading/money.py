"""Prices as shops write them: a number with its currency, in any locale."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import urlsplit

MAX_CHARACTERS = 200
# ISO 4217: with a thousandth.
THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "AZN",
        "BAM",
        "BDT",
        "BGN",
        "BHD",
        "BRL",
        "BYN",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "EUR",
        "GBP",
        "GEL",
        "HKD",
        "HRK",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "ISK",
        "JOD",
        "JPY",
        "KES",
        "KRW",
        "KWD",
        "KZT",
        "LKR",
        "LYD",
        "MAD",
        "MKD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "OMR",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TND",
        "TRY",
        "TWD",
        "UAH",
        "UGX",
        "USD",
        "UYU",
        "UZS",
        "VND",
        "XAF",
        "XOF",
        "ZAR",
    ]
)
# The longest first, so that "US$" is not read as "$".
_SIGNS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "MX$": "MXN", "R$": "BRL", "RM": "MYR", "Rp": "IDR",
    "S/": "PEN", "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY",
    "₴": "UAH", "₪": "ILS", "₫": "VND", "฿": "THB", "₱": "PHP", "₸": "KZT", "₦": "NGN", "₾": "GEL",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "лв": "BGN", "руб": "RUB", "грн": "UAH",
    "тг": "KZT", "р.": "RUB", "円": "JPY", "元": "CNY", "원": "KRW", "ر.س": "SAR", "د.إ": "AED",
    "د.ك": "KWD", "Fr.": "CHF", "SFr.": "CHF", "kn": "HRK", "Kn": "HRK",
    "Euro": "EUR", "euro": "EUR", "Eur": "EUR", "Lei": "RON", "TL": "TRY",
    "RMB": "CNY", "฿.": "THB", "￥": "JPY", "đ": "VND",
}  # fmt: skip
# These mean another currency from country to country: the shop's address or language tells.
_SHARED = {
    "$": ("USD", {"ca": "CAD", "au": "AUD", "nz": "NZD", "tw": "TWD", "cl": "CLP", "ar": "ARS",
                  "mx": "MXN", "sg": "SGD", "hk": "HKD", "co": "COP", "uy": "UYU"}),
    "¥": ("JPY", {"cn": "CNY"}),
    "kr": ("SEK", {"no": "NOK", "dk": "DKK", "is": "ISK", "nb": "NOK", "da": "DKK", "nn": "NOK"}),
    "Rs": ("INR", {"pk": "PKR", "lk": "LKR", "np": "NPR", "mu": "MUR"}),
    "元": ("CNY", {"tw": "TWD", "hk": "HKD"}),
    "р.": ("RUB", {"by": "BYN"}),
    "руб": ("RUB", {"by": "BYN"}),
    "DH": ("MAD", {"ae": "AED"}),
}  # fmt: skip
# What such a sign may mean, where a code stands beside it.
_CODES_OF = {mark: frozenset([usual, *elsewhere.values()])
             for mark, (usual, elsewhere) in _SHARED.items()}  # fmt: skip
_MARKS = sorted({*_SIGNS, *_SHARED, *_CODES}, key=len, reverse=True)


def _mark_pattern() -> str:
    words = [rf"(?<![^\W\d_]){re.escape(mark)}(?![^\W\d_])" for mark in _MARKS if mark[0].isalpha()]
    signs = [re.escape(mark) for mark in _MARKS if not mark[0].isalpha()]
    return "|".join(words + signs)


_MARK = _mark_pattern()
_CENTS_ALONE = r"(?<![\w.,/])[.,]\d{1,2}(?![\d.,])"  # "$.99"
_GROUPED = r"\d{1,3}(?:[ ,.'] ?\d{3})+(?:[.,]\d{1,2}(?!\d))?"
_NUMBER = rf"{_CENTS_ALONE}|{_GROUPED}|\d+(?:[.,]\d+)*"
_CODE_BEHIND = re.compile(r"\s?([A-Z]{3})(?![^\W\d_])")  # "$19.90 CAD"
_BEFORE = re.compile(rf"(?P<mark>{_MARK})\s?[.:]?\s?$")
_AFTER = re.compile(rf"(?:[.,][-–—]+)?\s?(?P<mark>{_MARK})(?:(?P<cents>\d\d)(?![\d.,])|(?!\d))")
# No mark and what stands between it and the number is longer than this.
_REACH = 10
_BARE = re.compile(_NUMBER)
_MULTIBUY = re.compile(r"\b\d+\s*(?:for|für|pour|per|por|za|voor)\b\s*(?=\D{0,3}\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Price:
    """An amount with two decimals, and its currency (ISO 4217), or nothing where unknown."""

    amount: Decimal
    currency: str = ""


def money(value: object, currency: str = "") -> Decimal | None:
    """A price as a number with two decimals, whatever it is written like; None if it is none.

    `currency` decides what "1.299" is. What a program wrote ("1299.00", 12.5) is taken as it is.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return _in_cents(_decimal(value))
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
        return None
    written = value.strip()
    if re.fullmatch(r"\d+(?:\.(?:\d{1,2}|\d{4,}))?|\d+[eE]\d+", written, re.ASCII):
        return _in_cents(_decimal(written))
    found = prices_in(written, currency)
    if found:
        return found[0].amount
    plain = normal(_MULTIBUY.sub("", written))
    number = _BARE.search(plain)
    if number is None:
        return Decimal("0.00") if plain.casefold() in _FREE else None
    if plain[: number.start()].rstrip().endswith("-"):
        return None
    return _in_cents(_amount(number[0], currency))


def hundredths(text: str) -> Decimal | None:
    """A price in cents or pence alone, as in "85p" or "99¢"; None if it is none."""
    found = re.fullmatch(r"(\d{1,2})\s?(?:¢|p|ct)", text.strip(), re.ASCII | re.IGNORECASE)
    return _decimal(f"0.{int(found[1]):02}") if found else None


_FREE = {"free", "gratis", "kostenlos", "gratuit", "無料"}


def prices_in(text: str, currency: str = "", place: str = "") -> list[Price]:
    """The prices in a text, in order: numbers with a currency beside them.

    `place` is the shop's country or language, for signs that many countries share.
    """
    return [price for _, _, price in placed_prices(normal(text[:MAX_CHARACTERS]), currency, place)]


def placed_prices(plain: str, currency: str = "", place: str = "") -> list[tuple[int, int, Price]]:
    """As prices_in, of a text that is `normal`: where each begins and ends, its mark included."""
    found = []
    end = 0  # of the price before: its mark is not this one's too
    for number in _BARE.finditer(plain):
        mark, cents, ahead, after = _mark_of(
            plain[max(end, number.start() - _REACH) : number.start()],
            plain[number.end() : number.end() + _REACH],
        )
        if not mark:
            continue
        end = number.end() + after
        code = currency_of(mark, place)
        written = f"{number[0]}.{cents}" if cents and number[0].isdigit() else number[0]
        amount = _in_cents(_amount(written, code or currency))
        if amount is not None:
            found.append((number.start() - ahead, end, Price(amount, code)))
    return found


@lru_cache(maxsize=4096)
def _mark_of(before: str, after: str) -> tuple[str, str, int, int]:
    """The currency beside a number, the cents behind it, and how far it reaches before and behind
    the number."""
    if match := _BEFORE.search(before):
        ahead, codes = len(before) - match.start(), _CODES_OF.get(match["mark"], frozenset())
        code = _CODE_BEHIND.match(after)
        if code and code[1] in codes:
            return code[1], "", ahead, code.end()
        word = re.findall(r"[^\W\d_]+", before[: match.start()])[-1:]
        named = next((one for one in word if one in codes), match["mark"])  # "CAD $19.90"
        return named, "", ahead, 0
    if match := _AFTER.match(after):
        return match["mark"], match["cents"] or "", 0, match.end()
    return "", "", 0, 0


def normal(text: str) -> str:
    """The text with plain digits, spaces, apostrophes and separators, whatever its script."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("٫", ".").replace("٬", ",")
        text = "".join(_plain(character) for character in text)
    return re.sub(r"(?<=\d)[`´]+(?=\d{3})", "'", text)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in "’‘ʼ′＇":
        return "'"
    if character.isspace():
        return " "
    # Numbers beyond 9, as ⑩, are none that prices are written with.
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


@lru_cache(maxsize=4096)
def currency_of(mark: object, place: str = "") -> str:
    """The ISO code for a code or a sign; nothing if it is none."""
    if not isinstance(mark, str):
        return ""
    mark = mark.strip()
    if mark.upper() in _CODES or re.fullmatch(r"[A-Z]{3}", mark):
        return mark.upper()
    for known, (usual, elsewhere) in _SHARED.items():
        if mark.casefold().rstrip(".") == known.casefold().rstrip("."):
            return next((elsewhere[p] for p in place.split() if p in elsewhere), usual)
    folded = mark.casefold()
    return next((code for sign, code in _SIGNS.items() if sign.casefold() == folded), "")


def place_of(url: str, language: str) -> str:
    """The country of a shop's address and the parts of its language: `be nl`."""
    host = urlsplit(url).hostname or ""
    parts = [host.rsplit(".", 1)[-1], *reversed(re.split(r"[-_]", language.lower()))]
    return " ".join(part for part in parts if part)


def _amount(number: str, currency: str) -> Decimal | None:
    """A number in a text: which of its separators is the decimal one."""
    number = re.sub(r"[ ']", "", number)
    marks = [character for character in number if character in ".,"]
    if not marks:
        return _decimal(number)
    last = marks[-1]
    whole, _, fraction = number.rpartition(last)
    if marks.count(last) > 1 and len(fraction) > 2:  # 1.299.000: all of them group
        return _decimal(re.sub(r"[.,]", "", number))
    if len(set(marks)) == 1 and len(fraction) == 3 and currency not in THREE_DECIMALS:
        grouped = 1 <= len(whole) <= 3 and whole.lstrip("0") != ""
        return _decimal(whole + fraction) if grouped else _decimal(f"{whole}.{fraction}")
    return _decimal(re.sub(r"[.,]", "", whole) + "." + fraction)


def _decimal(written: object) -> Decimal | None:
    try:
        return Decimal(str(written))
    except (InvalidOperation, ValueError):  # the latter for whole numbers of many digits
        return None


def _in_cents(amount: Decimal | None) -> Decimal | None:
    if amount is None or not amount.is_finite() or not 0 <= amount < 10**12:
        return None
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
