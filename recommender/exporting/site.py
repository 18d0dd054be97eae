"""The whole site as plain files: pages, pictures, and every product's neighbours as JSON."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from catalog import pictures
from catalog.models import Product
from recommender.exporting.folder import Folder
from recommender.exporting.links import browse_page, product_data, product_page, rewritten
from recommender.index.metrics import Metric
from recommender.pages.browse import PER_PAGE, browse
from recommender.pages.views import product
from recommender.search.answering import answer, live_index
from recommender.search.errors import SearchError
from recommender.search.query import Query
from runs.outcomes import Outcome, Status

_requests = RequestFactory()


class Export:
    """An export into a folder: `run` writes it, `total` is how many pages there will be.

    Raises NotOurs for a folder that holds other things, NotReady without an index.
    """

    def __init__(self, root: Path) -> None:
        live_index()
        self.folder = Folder(root)
        self.removed = 0
        self._files: set[str] = set()
        self._browse_pages = max(1, -(-Product.shown.count() // PER_PAGE))
        self.total = Product.shown.count() + self._browse_pages

    def run(self) -> Iterator[Outcome]:
        """Writes page by page; one outcome each. A page that fails is one, and the run goes on."""
        numbers = range(1, self._browse_pages + 1)
        for number in numbers:
            yield self._outcome(browse_page(number), partial(self._browse, number))
        ids = Product.shown.order_by("item_id").values_list("item_id", flat=True)
        for item_id in list(ids):
            yield self._outcome(item_id, partial(self._product, item_id))
        self.removed = self.folder.finish()

    def _outcome(self, key: str, write: Callable[[], Status]) -> Outcome:
        try:
            return Outcome(key, write())
        except (SearchError, OSError, ValueError) as error:
            return Outcome(key, Status.FAILED, str(error))

    def _browse(self, number: int) -> Status:
        request = _asked(f"{reverse('browse')}?page={number}")
        return self._page(browse_page(number), browse(request))

    def _product(self, item_id: str) -> Status:
        request = _asked(reverse("product", args=[item_id]))
        page = self._page(product_page(item_id), product(request, item_id))
        query = Query(liked=(item_id,), metrics=tuple(Metric))
        answered = answer(query)
        found = {
            "query": item_id,
            "looks_similar": [match.as_dict() for match in answered.looks.matches],
            "neighbours": {
                str(ranking.metric): [match.as_dict() for match in ranking.matches]
                for ranking in answered.rankings
            },
        }
        text = json.dumps(found, ensure_ascii=False, indent=1)
        data = self._write(product_data(item_id), text.encode())
        return data if page is Status.SAME else page

    def _page(self, name: str, response: HttpResponse) -> Status:
        if response.status_code != 200:
            raise ValueError(f"its page has the status {response.status_code}")
        return self._write(name, rewritten(response.content, name, self._wanted))

    def _write(self, name: str, data: bytes) -> Status:
        known = name in self.folder.before
        if not self.folder.write(name, data):
            return Status.SAME
        return Status.CHANGED if known else Status.NEW

    def _wanted(self, file: str) -> None:
        """Copies a picture or a static file, once."""
        if file in self._files:
            return
        self._files.add(file)
        kind, _, name = file.partition("/")
        if kind == "static":
            self.folder.copy(file, Path(str(finders.find(name))))
            return
        with pictures.storage().open(name) as content:
            self.folder.write(file, content.read())


def _asked(address: str) -> HttpRequest:
    request = _requests.get(address)
    setattr(request, "htmx", False)  # noqa: B010 – the middleware's, unknown to HttpRequest
    return request
