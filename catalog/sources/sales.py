"""Whether a sale lasts, by its dates as shops write them, and so the price that counts.

A day without a time is meant whole; 24:00 is the end of its day; a time without a zone is meant in
the zone that this program is set to (TIME_ZONE). An order of day and month that cannot be told
counts only where both readings agree. Dates that cannot be read end no sale in silence: the
regular price counts, and what was not taken is told.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any

from catalog.reading.money import money, prices_in
from catalog.reading.values import text

_TIME = (
    r"(?:(?:T|\s+)(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"|T(?P<packed>\d{4}(?:\d\d)?))"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = rf"(?P<first>\d\d?)\s+(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?,?\s+(?P<year>20\d\d)"
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
_DAY = r"(?P<one>\d{1,4})(?P<mark>[-./])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4})\.?"
_DATE = re.compile(rf"(?:{_DAY}|{_NAMED}|(?P<compact>20\d{{6}}))(?:{_TIME}{_ZONE})?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:/|-|–|—|\bto\b|\bbis\b|\buntil\b|,|;)\s*", re.IGNORECASE)
_PARTS = ("hour", "minute", "second")
LONGEST = 100
Span = tuple[datetime, datetime]  # it is over when the second is reached


class UnreadableDates(ValueError):
    """Dates of a sale cannot be read, or not in one way only."""


def price_now(values: dict[str, Any]) -> tuple[Any, str]:
    """The sale's price, where there is one and the sale lasts, else the price; and what to tell.

    `said` holds price, sale_price and sale_dates, or sale_starts and sale_ends.
    """
    price, sale = values.get("price"), values.get("sale_price")
    if not money(sale if isinstance(sale, int | float) else text(sale)):
        return price or sale, ""
    dates, ends = text(values.get("sale_dates")), ("sale_starts", "sale_ends")
    first, last = (text(values.get(name)) for name in ends)
    try:
        lasts = lasts_now(dates) if dates else lasts_between(first, last)
    except UnreadableDates:
        dates = dates or f"{first}/{last}"
        return price, f"sale_price {text(sale)[:40]!r} (its dates: {dates[:60]!r})"
    return (_in_currency_of(price, sale) if lasts else price), ""


def _in_currency_of(price: Any, sale: Any) -> Any:
    """The sale's price, with the currency that stands beside the regular one alone."""
    named = next((one.currency for one in prices_in(text(price))), "")
    if not named or prices_in(text(sale)):
        return sale
    return f"{named} {money(sale) if isinstance(sale, int | float) else text(sale)}"


def lasts_now(dates: str) -> bool:
    """As in "2026-11-24T00:00+0100/2026-11-30T23:59+0100", or one end of it. Raises
    UnreadableDates."""
    if len(dates) > LONGEST:
        raise UnreadableDates(dates)
    dates = dates.strip()
    first = _DATE.match(dates)
    rest = dates[first.end() :] if first else dates
    between = _BETWEEN.match(rest)
    if not between:
        raise UnreadableDates(dates)
    return lasts_between(first[0] if first else "", rest[between.end() :])


def lasts_between(first: str, last: str) -> bool:
    """Whether a sale that begins and ends then lasts now; an end that is not told is open.

    Raises UnreadableDates.
    """
    now = datetime.now(UTC)
    begins = [span[0] <= now for span in _readings(first)] if first.strip() else [True]
    ends = [now < span[1] for span in _readings(last)] if last.strip() else [True]
    answers = {a and b for a, b in product(begins, ends)}
    if len(answers) > 1 or _is_turned(first, last):
        raise UnreadableDates(f"{first}/{last}")
    return answers.pop()


def _is_turned(first: str, last: str) -> bool:
    """Whether the end, in every reading, comes before the beginning."""
    if not first.strip() or not last.strip():
        return False
    return all(a[0] > b[1] for a, b in product(_readings(first), _readings(last)))


def _readings(written: str) -> list[Span]:
    """Each time that a date may mean, as (its begin, its end). Raises UnreadableDates."""
    written = written.strip()
    if re.fullmatch(r"1\d{9}", written):  # seconds since 1970, as WooCommerce keeps it
        moment = datetime.fromtimestamp(int(written), UTC)
        return [(moment, moment)]
    match = _DATE.fullmatch(written)
    found = [span for day in _days(match) if (span := _span(day, match))] if match else []
    if not match or not found:
        raise UnreadableDates(written)
    return found


def _days(match: re.Match[str]) -> list[tuple[int, int, int]]:
    """(year, month, day), in each order that may be meant; a dot stands behind a day."""
    if compact := match["compact"]:
        return [(int(compact[:4]), int(compact[4:6]), int(compact[6:]))]
    if match["month"]:
        return [
            (int(match["year"]), _MONTHS.index(match["month"].lower()) + 1, int(match["first"]))
        ]
    one, two, three = (int(match[name]) for name in ("one", "two", "three"))
    if len(match["one"]) == 4:
        return [(one, two, three)]
    year = three + 2000 if len(match["three"]) == 2 else three
    if match["mark"] == ".":
        return [(year, two, one)]
    return [(year, two, one), (year, one, two)]


def _span(day: tuple[int, int, int], match: re.Match[str]) -> Span | None:
    """From the beginning of what is written to its end: a day, a minute, a second."""
    try:
        midnight = datetime(*day)
        if match["hour"] is None and match["packed"] is None:
            return midnight.astimezone(), (midnight + timedelta(days=1)).astimezone()
        packed = match["packed"] or ""
        parts = (packed[:2], packed[2:4], packed[4:]) if packed else match.group(*_PARTS)
        hour, minute, second = (int(part or 0) for part in parts)
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second):
            return None
        moment = midnight + timedelta(hours=hour, minutes=minute, seconds=second)
        moment = moment.replace(tzinfo=_zone(match["zone"])) if match["zone"] else moment
        length = timedelta(0) if hour == 24 else timedelta(seconds=1 if parts[2] else 60)
        return moment.astimezone(), (moment + length).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _zone(written: str) -> timezone:
    """The zone of "Z" or "+0100"."""
    digits = re.sub(r"\D", "", written).ljust(4, "0")
    if written.upper() in ("Z", "UTC", "GMT"):
        return UTC
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if written.startswith("-") else length)
