"""Further pictures that a shop has not, or that are none: remembered, not asked for at each run.

What is remembered of a product: by address why its picture was refused, and when. A week later it
is asked for again, for a shop may mend a file where it lies; at once, where it has another address.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from catalog.batches import Refusals
from catalog.records import shown_text
from catalog.thumbnails import BadPicture
from catalog.visiting.fetching import NoSuchAddress
from runs.files import error_text

LASTS = timedelta(days=7)


def lasting(remembered: Mapping[str, Collection[str]], addresses: Collection[str]) -> Refusals:
    """What still counts of what is remembered, of these addresses."""
    since = timezone.now() - LASTS
    known = {url: (reason, at) for url, (reason, at) in remembered.items() if url in addresses}
    return {url: told for url, told in known.items() if datetime.fromisoformat(told[1]) > since}


def is_to_remember(url: str, error: Exception) -> bool:
    """Whether it is the shop's own answer, which will be the same tomorrow; not what settings or
    the way to the shop may change. An address that no database takes is asked for each time."""
    return isinstance(error, NoSuchAddress | BadPicture) and shown_text(url) == url


def remembered_now(error: Exception) -> tuple[str, str]:
    """What to remember of a refusal."""
    return shown_text(error_text(error)), timezone.now().isoformat()
