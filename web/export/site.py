"""The whole site as plain files: pages, pictures, and every product's neighbours as JSON."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.urls import reverse

from catalog import pictures
from catalog.models import Product
from catalog.pictures import Kind
from catalog.tiles import place_of
from recommender.index.metrics import Metric
from recommender.search.answering import answer, live_index
from recommender.search.query import Query
from runs.outcomes import Outcome, Status
from web.export.asking import answer_to, at_the_root, behind
from web.export.folder import Folder
from web.export.links import Links, relative
from web.export.names import Names, browse_page
from web.paging import PER_PAGE

# What a neighbour's JSON says of its pictures.
PICTURES = ("thumbnail_url", "picture_url", "tile_url")


class PageFailed(Exception):
    """A page has no answer that could be kept."""


class Export:
    """An export into a folder: `run` writes it, `total` is how many pages there will be.

    `url` is where it will lie: pages then say so of themselves. Raises NotOurs for a folder that
    holds other things, NotReady without an index.
    """

    def __init__(self, root: Path, url: str = "") -> None:
        live_index()
        self.folder = Folder(root)
        self.removed = 0
        self._links = Links(Names(Product.objects.values_list("item_id", flat=True)), url)
        self._files: dict[str, bool] = {}
        self._browse_pages = max(1, -(-Product.shown.count() // PER_PAGE))
        self.total = Product.shown.count() + self._browse_pages

    def run(self) -> Iterator[Outcome]:
        """Writes page by page; one outcome each. A page that fails is one, and the run goes on.

        After a failure nothing is removed: what was there may still show it.
        """
        whole = True
        try:
            for key, write in self._pages():
                outcome = _outcome(key, write)
                whole = whole and outcome.status is not Status.FAILED
                yield outcome
            self.removed = self.folder.finish(remove=whole)
        finally:
            self.folder.close()

    def _pages(self) -> Iterator[tuple[str, Callable[[], Status]]]:
        for number in range(1, self._browse_pages + 1):
            yield browse_page(number), partial(self._browse, number)
        ids = Product.shown.order_by("item_id").values_list("item_id", flat=True)
        for item_id in list(ids):
            yield item_id, partial(self._product, item_id)

    def _browse(self, number: int) -> Status:
        return self._page(browse_page(number), f"{reverse('browse')}?page={number}")

    def _product(self, item_id: str) -> Status:
        page = self._page(self._links.names.page(item_id), reverse("product", args=[item_id]))
        file = self._links.names.data(item_id)
        with_files = partial(self._with_files, here=file)
        answered = answer(Query(liked=(item_id,), metrics=tuple(Metric)))
        found = {
            "query": item_id,
            "looks_similar": [with_files(match.as_dict()) for match in answered.looks.matches],
            "neighbours": {
                str(ranking.metric): [with_files(match.as_dict()) for match in ranking.matches]
                for ranking in answered.rankings
            },
        }
        data = self._write(file, json.dumps(found, ensure_ascii=False, indent=1).encode())
        return data if page is Status.SAME else page

    def _with_files(self, match: dict[str, Any], here: str) -> dict[str, Any]:
        """A neighbour with the addresses that its pictures have in the export."""
        for name in PICTURES:
            match[name] = self._in_export(match[name], here)
        for tile in match["tiles"]:
            tile["url"] = self._in_export(tile["url"], here)
        return match

    def _in_export(self, address: str, here: str) -> str:
        """The address of a picture's copy in the export; its own where there is none."""
        file = self._links.file_of(address)
        if not file or not self._copy(file, address):
            return address
        return self._links.whole(file) or relative(file, here)

    def _page(self, name: str, address: str) -> Status:
        response = answer_to(address)
        if response.status_code != 200:
            raise PageFailed(f"its page has the status {response.status_code}")
        page = self._links.rewritten(response.content, address, name, self._copy)
        return self._write(name, page)

    def _write(self, name: str, data: bytes) -> Status:
        known = name in self.folder.before
        if not self.folder.write(name, data):
            return Status.SAME
        return Status.CHANGED if known else Status.NEW

    def _copy(self, file: str, address: str) -> bool:
        """Copies a picture or a static file, once; whether there is one."""
        if file not in self._files:
            data = _content(file, address)
            if data is not None:
                self.folder.write(file, data)
            self._files[file] = data is not None
        return self._files[file]


def _outcome(key: str, write: Callable[[], Status]) -> Outcome:
    try:
        with at_the_root():
            return Outcome(key, write())
    except PageFailed as error:
        return Outcome(key, Status.FAILED, str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Outcome(key, Status.FAILED, f"{where}{error.strerror or error}")
    except Exception as error:  # whatever it is, the other pages are not hit by it
        return Outcome(key, Status.FAILED, f"{type(error).__name__}: {error}")


def _content(file: str, address: str) -> bytes | None:
    """What a file of the site holds; None where there is none. Raises OSError for a picture."""
    kind, _, name = file.partition("/")
    if kind == "static":
        try:
            found = finders.find(name)
        except SuspiciousFileOperation:
            return None
        return Path(str(found)).read_bytes() if found else None
    match = behind(address)
    if kind == "media" and match is not None:
        place = place_of(Kind(match.kwargs["kind"]), match.kwargs["name"])
        with pictures.storage().open(place) as content:
            return bytes(content.read())
    response = answer_to(address)
    return response.content if response.status_code == 200 else None
