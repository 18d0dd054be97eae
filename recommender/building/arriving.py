"""What the worker does: takes in what the shop says of single products, and finds them by looks.

A change is done when its product is saved, its picture embedded, and its vector beside the live
index. Until then it waits in the database: a kill at any moment loses nothing, and what is done a
second time comes out the same.
"""

import io
import itertools
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from PIL import Image

from catalog import changes
from catalog.ingest import ingest
from catalog.models import Change, Product
from catalog.visiting.fetching import Fetcher
from recommender.building.embedding import embed_batch
from recommender.building.newcomers import put_in
from recommender.errors import IndexUnavailable
from recommender.index.compiling import compile_for_queries
from recommender.live.engine import engine
from recommender.search.errors import NotReady
from recommender.search.picture_query import embedder_of
from runs.outcomes import Status

logger = logging.getLogger(__name__)

# Changes that are taken in together: the index is written once for all of them.
MOST = 32
# Seconds: what a picture may take, and for how long a host's robots.txt counts.
MAX_SECONDS, FRESH = 8.0, 300.0
# Seconds after which what was fetched is embedded, whatever else waits.
PATIENCE = 1.0
# Seconds between two looks into the queue, and at what a build has left out.
POLL, LOOK_AGAIN = 0.05, 30.0

MakeFetcher = Callable[[], Fetcher]


def fetcher() -> Fetcher:
    """One for a picture that somebody waits for: no pause, no second try."""
    return Fetcher(
        settings.SCRAPE_USER_AGENT,
        allow_loopback=settings.SCRAPE_ALLOW_LOOPBACK,
        max_seconds=MAX_SECONDS,
        patient=False,
    )


class ArrivingProducts:
    """The work of one process, round by round."""

    def __init__(self, make_fetcher: MakeFetcher = fetcher) -> None:
        self._make_fetcher, self._fetcher = make_fetcher, make_fetcher()
        self._since = self._looked = self._told = 0.0

    def warm_up(self) -> str:
        """Loads the network, so that the first product need not wait; why it cannot, if so.

        Raises DatabaseError where the queue is not there.
        """
        self._beat()
        try:
            embedder = embedder_of(engine().live())
            compile_for_queries()
            embed_batch(embedder, [_grey()])
        except (IndexUnavailable, NotReady) as error:
            return str(getattr(error, "for_owner", error))
        return ""

    def one_round(self) -> int:
        """Takes in what is due, a few at a time; returns how many changes that were."""
        self._beat()
        due = changes.due(MOST)
        if due:
            self._take_in(due)
        elif time.monotonic() - self._looked > LOOK_AGAIN:
            self._looked = time.monotonic()
            put_in(changes.done_lately())
        return len(due)

    def _beat(self) -> None:
        now = time.monotonic()
        if not self._told or now - self._told >= changes.BEAT.total_seconds():
            changes.beat()
            self._told = now
        if now - self._since > FRESH:  # a robots.txt may have changed
            self._fetcher, self._since = self._make_fetcher(), now

    def _take_in(self, due: Sequence[Change]) -> None:
        failures: dict[int, str] = {}
        notes: dict[int, str] = {}
        began = time.monotonic()
        for change in due:
            failures[change.pk], notes[change.pk] = self._ingested(change)
            if time.monotonic() - began > PATIENCE:
                break  # the others wait no longer for a shop that is slow
        due = [change for change in due if change.pk in failures]
        saved = [change for change in due if not failures[change.pk]]
        names = changes.item_ids(saved)
        reasons = put_in(Product.shown.filter(item_id__in=names.values()))
        for change in due:
            if failures[change.pk]:
                changes.end(change, failures[change.pk], failed=True)
            else:
                said = filter(None, [notes[change.pk], reasons.get(names[change.pk])])
                changes.end(change, "; ".join(said))

    def _ingested(self, change: Change) -> tuple[str, str]:
        """Saves the product of a change with its pictures; why it cannot, and what is left out."""
        known = Product.objects.filter(shop=change.shop, shop_item_id=change.shop_item_id)
        source = known.values_list("source", flat=True).first() or changes.API
        with tempfile.TemporaryDirectory() as folder:
            picture = None
            if change.picture:
                picture = Path(folder, "picture")
                picture.write_bytes(bytes(change.picture))
            record = changes.record_of(change, picture)
            shop, fetcher = change.shop, self._fetcher
            taken = ingest(
                [record], shop=shop, source=source, fetcher=fetcher, limit=1, ask_again=True
            )
            outcomes = list(taken)
        failure = next((one.detail for one in outcomes if one.status is Status.FAILED), "")
        if not failure and "hidden" in change.record:
            known.update(hidden=change.record["hidden"])
        return failure, "; ".join(one.note for one in outcomes if one.note)


def work(arriving: "ArrivingProducts", rounds: int | None = None) -> int:
    """Takes in what comes, for ever or for so many rounds; returns how many changes that were.

    A database that is busy or away for a while is asked again.
    """
    done = 0
    for _ in itertools.count() if rounds is None else range(rounds):
        try:
            taken = arriving.one_round()
        except DatabaseError as error:
            logger.warning("The queue cannot be read: %s", error)
            connection.close()
            taken = 0
        done += taken
        if not taken:
            time.sleep(POLL)
    return done


def _grey() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), "grey").save(buffer, "JPEG")
    return buffer.getvalue()
