"""A product's first picture: the first of its addresses that has one, or the file that came along.

What another try will not change (nothing is there, robots.txt or a private address forbids it, it
is no picture) is passed over. What a later one may change (a shop that is busy, a time-out) is
passed over too, but never for another picture than the one that the product shows already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from catalog import pictures
from catalog.models import Product
from catalog.more_pictures import refusal
from catalog.records import ProductRecord, Rejected
from catalog.thumbnails import BadPicture, Pictures, make_pictures, refuse_one_colour
from catalog.visiting.fetching import Fetcher, FetchError, Refused, Response
from runs.files import error_text, sha256_of

MAX_FILE_BYTES = 200_000_000


@dataclass(frozen=True)
class FirstPicture:
    """The record with the address of its first picture; what is made of that, if it is new; and a
    reason for each address that was passed over."""

    record: ProductRecord
    made: Pictures | None
    refused: list[str] = field(default_factory=list)


def first_picture(
    product: Product,
    record: ProductRecord,
    addresses: Sequence[str],
    fetcher: Fetcher | None,
    *,
    fresh: bool = False,
) -> FirstPicture:
    """The first of the addresses, in this order, that has a picture; the product is told of it.

    A picture that is `fresh` is not asked for again. Where there is none, the first reason counts.
    Raises Rejected, FetchError, BadPicture, OSError.
    """
    here = bool(product.content_hash) and pictures.are_written(product.item_id)
    refused: list[str] = []
    first_failure: Exception | None = None
    for place, address in enumerate(addresses):
        with_it = replace(record, image_url=address)
        try:
            made = _new_pictures(product, with_it, fetcher, here, fresh)
            return FirstPicture(with_it, made, refused)
        except (FetchError, BadPicture) as error:
            behind = addresses[place + 1 :]
            if here and not _is_final(error) and product.image_url not in behind:
                raise
            first_failure = first_failure or error
            number = record.picture_numbers.get(address, 1)
            refused.append(refusal(number, address, error_text(error)))
    raise first_failure or Rejected("it has no picture")


def _is_final(error: Exception) -> bool:
    return isinstance(error, Refused | BadPicture)


def _new_pictures(
    product: Product, record: ProductRecord, fetcher: Fetcher | None, here: bool, fresh: bool
) -> Pictures | None:
    """Its pictures, if they are to be written anew; the product is told of them.

    Raises Rejected, FetchError, BadPicture, OSError.
    """
    answer = _answer(product, record, fetcher, here, fresh)
    if answer is None:
        return None
    image_hash, made = sha256_of(answer.body), None
    if not here or image_hash != product.image_hash:
        made = make_pictures(answer.body)
        if record.shares_picture:
            refuse_one_colour(made)
        pictures.remove_tiles(product.item_id, product.content_hash)
        product.image_hash, product.content_hash = image_hash, sha256_of(made.picture)
        product.picture_width, product.picture_height = made.width, made.height
        product.focus = None
    # Nothing of an older picture's is kept, or it would be asked for in vain.
    etag, modified = answer.etag, answer.last_modified
    product.image_etag = etag if len(etag) <= 300 else ""
    product.image_last_modified = modified if len(modified) <= 100 else ""
    return made


def _answer(
    product: Product, record: ProductRecord, fetcher: Fetcher | None, here: bool, fresh: bool
) -> Response | None:
    """The picture's bytes; None when the shop says that it has not changed."""
    if record.image_path:
        if record.image_path.stat().st_size > MAX_FILE_BYTES:
            raise Rejected(f"its file is larger than {MAX_FILE_BYTES // 1_000_000} MB")
        return Response(record.image_path.name, 200, record.image_path.read_bytes(), {})
    if not record.image_url or fetcher is None:
        raise Rejected("it has no picture")
    same_place = here and product.image_url == record.image_url
    if same_place and fresh:
        return None
    answer = fetcher.get(
        record.image_url,
        etag=product.image_etag if same_place else "",
        last_modified=product.image_last_modified if same_place else "",
    )
    return answer if answer.status != 304 else None
