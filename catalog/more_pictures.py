"""A product's pictures beyond its first: asked for as politely, looked at by the same checks.

Its row says what is kept of them, a mapping each, in the shop's order: the `url`; `hash`, SHA-256
of the picture that networks look at; `image_hash`, that of the original; `etag`, `modified`. A
picture is counted as people do: the first of these is picture 2.
"""

from collections.abc import Mapping
from itertools import islice

from django.conf import settings

from catalog import pictures
from catalog.batches import Further, Row
from catalog.models import Product
from catalog.records import ProductRecord
from catalog.refusals import is_to_remember, lasting, remembered_now
from catalog.thumbnails import BadPicture, make_pictures
from catalog.visiting.fetching import Fetcher, FetchError
from runs.files import error_text, sha256_of

# So many more addresses are tried as cannot be had, or show what another shows.
MAX_SPARE = 4
# A picture that so many products have is hardly one's own.
MANY_PRODUCTS = 3
MAX_URL_CHARACTERS, MAX_VALIDATOR_CHARACTERS = 2000, 300


def beyond_the_first(
    record: ProductRecord, numbers: Mapping[str, int], shown: Mapping[str, int]
) -> dict[str, int]:
    """Those of all its addresses, with their numbers, that stand behind that of the picture that
    is its first now.

    Without what is hardly its own: what `shown` counts many products to have, variants aside.
    """
    if record.image_url not in numbers:
        return {}
    return {
        address: number
        for address, number in numbers.items()
        if number > numbers[record.image_url]
        and (record.group or shown.get(address, 0) <= MANY_PRODUCTS)
    }


def refusal(number: int, url: str, reason: str) -> str:
    """As in "picture 2 (https://shop.example/2.jpg): a broken JPEG"."""
    where = f" ({url})" if url else ""
    return f"picture {number}{where}: {reason.removeprefix(f'{url}: ')}"


def further_pictures(
    product: Product, numbers: Mapping[str, int], fetcher: Fetcher | None, *,
    fresh: bool = False, ask_again: bool = False,
) -> Further:  # fmt: skip
    """The pictures at the addresses, as many as PICTURES_PER_PRODUCT allows beside the first.

    In the place of one that cannot be had comes the next; a few are tried. Of those that the
    product has already, the shop is asked whether they have changed; if they are `fresh`, they are
    taken as they are. One that cannot be had now stays as it was before. What the shop refused
    lately is not asked for, unless `ask_again`.
    """
    most = settings.PICTURES_PER_PRODUCT - 1
    refused = {} if ask_again else lasting(product.refused_pictures, numbers)
    found = Further([], remembered=dict(refused))
    seen = {product.content_hash}
    before = {row["url"]: row for row in product.more_pictures}
    for url, number in islice(numbers.items(), most + MAX_SPARE):
        if len(found.rows) >= most:
            break
        known = before.get(url[:MAX_URL_CHARACTERS])
        row = known if known and _is_here(product.item_id, known["hash"]) else None
        if url in refused:
            reason = refused[url][0]
        else:
            row, reason = _row_or_reason(product, url, row, fetcher, fresh, found)
        if reason:
            found.refused.append(refusal(number, url, reason))
        if row and row["hash"] not in seen:
            seen.add(row["hash"])
            found.rows.append(row)
    kept = {row["hash"] for row in found.rows}
    found.gone = [row["hash"] for row in product.more_pictures if row["hash"] not in kept]
    return found


def _row_or_reason(
    product: Product, url: str, known: Row | None, fetcher: Fetcher | None, fresh: bool,
    found: Further,
) -> tuple[Row | None, str]:  # fmt: skip
    """The row of one picture, and why it cannot be had now, if so; then the row is as it was."""
    try:
        return _taken(product, url, known, fetcher, fresh, found), ""
    except (FetchError, BadPicture, OSError, ValueError) as error:
        if is_to_remember(url, error):
            found.remembered[url] = remembered_now(error)
        return known, error_text(error)


def _taken(
    product: Product, url: str, known: Row | None, fetcher: Fetcher | None, fresh: bool,
    found: Further,
) -> Row | None:  # fmt: skip
    """The row of one picture; its file is among those to write, if it is new.

    Raises FetchError, BadPicture, OSError.
    """
    if fetcher is None or (known and fresh):
        return known
    asked = known or {}
    response = fetcher.get(url, etag=asked.get("etag", ""), last_modified=asked.get("modified", ""))
    image_hash = sha256_of(response.body)
    if response.status == 304 or asked.get("image_hash") == image_hash:
        return known
    made = make_pictures(response.body)
    content_hash = sha256_of(made.picture)
    found.files[pictures.further_place(product.item_id, content_hash)] = made.picture
    return {
        "url": url[:MAX_URL_CHARACTERS], "hash": content_hash, "image_hash": image_hash,
        "etag": _short(response.etag), "modified": _short(response.last_modified),
    }  # fmt: skip


def _short(validator: str) -> str:
    return validator if len(validator) <= MAX_VALIDATOR_CHARACTERS else ""


def _is_here(item_id: str, content_hash: str) -> bool:
    try:
        return pictures.storage().size(pictures.further_place(item_id, content_hash)) > 0
    except FileNotFoundError:
        return False
