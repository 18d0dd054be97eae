"""From an address or a path to the source that reads it, and on into the catalogue.

A source is a module in catalog/sources and a line in SOURCE_TYPES. The first that fits reads.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings

from catalog import pictures
from catalog.hosts import host_of
from catalog.ingest import ingest
from catalog.preview import preview
from catalog.reading.page import UnreadablePage
from catalog.reading.selectors import Selectors
from catalog.records import ProductRecord, Record, SourceError
from catalog.sources import archive, category, feed, folder, shopify, sitemap, table, woocommerce
from catalog.sources.documents import is_address
from catalog.sources.failing import only, to_its_end
from catalog.sources.folder_table import read_csv
from catalog.sources.place import Place
from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages
from runs.outcomes import Outcome, Status, storable


@dataclass(frozen=True)
class Hints:
    """What a user tells of a shop that fits nothing: a table's columns, a page's selectors."""

    columns: Mapping[str, str] = field(default_factory=dict)
    selectors: Selectors | None = None


Walk = Callable[[str, CountedPages, Hints], Iterator[Record]]


@dataclass(frozen=True)
class SourceType:
    """A source. `begins_at` tells the address or the path that it begins at, or nothing."""

    name: str
    what: str
    begins_at: Callable[[Place], str]
    walk: Walk


def _plain(walk: Callable[[str, CountedPages], Iterator[Record]]) -> Walk:
    """The walk of a source that needs no hints."""
    return lambda at, pages, hints: walk(at, pages)


def _any_address(place: Place) -> str:
    return "" if place.path else place.asked


def _walk_folder(at: str, pages: CountedPages, hints: Hints) -> Iterator[Record]:
    return folder.read_folder(Path(at), leave_out=_own())


def _walk_table(at: str, pages: CountedPages, hints: Hints) -> Iterator[Record]:
    return table.walk_table(at, pages, hints.columns)


def _walk_category(at: str, pages: CountedPages, hints: Hints) -> Iterator[Record]:
    return category.walk_category(at, pages, hints.selectors)


# Those that know an address by itself come before those that look at what is there.
SOURCE_TYPES = (
    SourceType("folder", "a folder of pictures", folder.begins_at, _walk_folder),
    SourceType(
        "shopify", "Shopify's product list", shopify.begins_at, _plain(shopify.walk_shopify)
    ),
    SourceType(
        "woocommerce", "WooCommerce's API", woocommerce.begins_at, _plain(woocommerce.walk_api)
    ),
    SourceType("archive", "a zip archive", archive.begins_at, _plain(archive.walk_archive)),
    SourceType(
        "sitemap", "the pages of its sitemap", sitemap.begins_at, _plain(sitemap.walk_sitemap)
    ),
    SourceType("feed", "a merchant feed", feed.begins_at, _plain(feed.walk_feed)),
    SourceType("table", "a table of products", table.begins_at, _walk_table),
    SourceType("category", "a category page and those after it", _any_address, _walk_category),
)  # fmt: skip
NAMES = tuple(way.name for way in SOURCE_TYPES)
# These ask a shop for more than one document.
OF_ADDRESSES = ("shopify", "woocommerce", "category")


@dataclass(frozen=True)
class SourceMatch:
    """The way into a place, and where it begins."""

    way: SourceType
    at: str

    def __str__(self) -> str:
        return f"{self.way.name}: {self.way.what}, {self.at}"


def find(asked: str, pages: CountedPages, name: str = "") -> SourceMatch:
    """The source that reads an address or a path: the one called `name`, else the first that fits.

    Raises SourceError.
    """
    place = Place(asked, pages)
    if place.path and not place.path.exists():
        raise SourceError(f"{asked} is neither an address (https://…) nor a file or folder.")
    if name:
        if place.path and name in OF_ADDRESSES:
            raise SourceError(f"{asked} is a path; --source {name} reads an address (https://…).")
        return SourceMatch(next(way for way in SOURCE_TYPES if way.name == name), asked)
    pages.looking = True
    try:
        found = ((way, _beginning(way, place)) for way in SOURCE_TYPES)
        return next(SourceMatch(way, at) for way, at in found if at)
    except StopIteration:
        raise SourceError(
            f"{asked} is no folder or zip of pictures, table, feed or sitemap that can be read. "
            "Pictures beside a table: manage.py import_folder DIR --csv FILE"
        ) from None
    finally:
        pages.looking = False


def _beginning(way: SourceType, place: Place) -> str:
    """Where the source begins. What makes it fail does not fit it."""
    try:
        with only(f"{way.name} at {place.asked}"):
            return way.begins_at(place)
    except UnreadablePage:
        return ""


@dataclass(frozen=True)
class ScrapeOptions:
    """How products are to be taken: see `manage.py scrape --help`, whose options these are.

    `since` is when a run began that was cut short and now goes on.
    """

    shop: str = ""
    category: str = ""
    limit: int | None = None
    hints: Hints = field(default_factory=Hints)
    since: datetime | None = None
    force: bool = False
    dry_run: bool = False


def take(
    asked: str, found: SourceMatch, pages: CountedPages, wish: ScrapeOptions
) -> Iterator[Outcome]:
    """Takes the products of a source that was found; one outcome a product.

    Products that came by the same place and are not there any more are marked gone, unless the
    walk was cut short or saw far fewer than were known.
    """
    walk = to_its_end(found.way.walk(found.at, pages, wish.hints), found.at)
    records = (_of_category(record, wish.category) for record in walk)
    shop, most = wish.shop or shop_of(asked), settings.SCRAPE_MAX_PRODUCTS
    if wish.dry_run:
        return preview(records, shop=shop, source=source_of(asked), limit=wish.limit or most)
    return ingest(
        records,
        shop=shop,
        source=source_of(asked),
        fetcher=pages.fetcher,
        limit=wish.limit,
        most=most,
        since=wish.since,
        force=wish.force,
    )


def scrape(
    asked: str, fetcher: Fetcher, *, shop: str = "", category: str = "", limit: int | None = None
) -> Iterator[Outcome]:
    """Finds the source that reads an address or a path, and takes its products as `take` does."""
    pages = CountedPages(fetcher, settings.SCRAPE_MAX_PAGES)
    try:
        found = find(asked, pages)
    except SourceError as error:
        yield Outcome(asked, Status.FAILED, str(error), of_source=True)
        return
    yield from take(asked, found, pages, ScrapeOptions(shop, category, limit))


def shop_of(asked: str) -> str:
    """What a shop is called: its host, however spelled, without www.; a path is `local`."""
    return host_of(asked) if is_address(asked) else "local"


def source_of(asked: str) -> str:
    """What products are known to have come by: an address as it is, a path from the root."""
    return storable(asked if is_address(asked) else str(Path(asked).resolve()))


def import_folder(
    where: Path,
    *,
    table: Path | None = None,
    shop: str = "local",
    category: str = "",
    force: bool = False,
) -> Iterator[Outcome]:
    """Takes pictures from a folder, or those that a CSV file lists; one outcome a product.

    `category` goes to every product; without it, a product that is known keeps the one it has
    unless a sub-folder or the CSV file names one.
    """
    found = read_csv(table, where) if table else folder.read_folder(where, leave_out=_own())
    records = (_of_category(record, category) for record in found)
    return ingest(records, shop=shop, source=storable(str(where.resolve())), force=force)


def _own() -> tuple[Path, Path]:
    """Folders of this program, whose pictures are no shop's."""
    return pictures.folder() or Path(settings.VAR_DIR), Path(settings.VAR_DIR)


def _of_category(record: Record, category: str) -> Record:
    return (
        replace(record, category=category)
        if category and isinstance(record, ProductRecord)
        else record
    )
