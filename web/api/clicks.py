"""The beacon: which look-alikes of an answer were seen and clicked, told by pages and the widget.

It carries no cookie, and of who sends it nothing is kept. Whoever may ask the API may send it: the
site's own pages, pages of the shops that may ask (CORS_ALLOWED_ORIGINS, keys), programs with a key.
"""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.db import connections, router
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from pydantic import Field, ValidationError

from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.models import ClickCount
from recommender.search import clicks, trials
from recommender.search.clicks import Place, Seen
from recommender.search.fields import MOST
from recommender.search.products import shown_products
from web.api.access import HEADER, is_of_own_page
from web.api.origins import asked_from
from web.api.v1 import OF_BODIES, REFUSALS, api
from web.api.written import JSON, Strict, inlined, raw_body
from web.api.wrong_bodies import sentence_of
from web.locked_database import impatient

# Bytes of a beacon; seconds that SQLite's writer is waited for.
LARGEST, PATIENCE = 32_000, 0.5


class Card(Strict):
    """A product of an answer, at its position, from 1 on; `way` as the answer has it."""

    position: Annotated[int, Field(ge=1, le=MOST)]
    item_id: Annotated[str, Field(min_length=1, max_length=300)]
    way: Literal["", "one", "other"] = ""


class Beacon(Strict):
    """What was seen of an answer, and what was clicked in it."""

    place: Place
    metric: Metric
    embedder: Annotated[str, Field(max_length=100)]
    trial: Annotated[int, Field(ge=0, lt=2**31)] = 0
    shown: Annotated[list[Card], Field(default_factory=list, max_length=MOST)]
    clicked: Card | None = None

    @property
    def cards(self) -> list[Card]:
        return [*self.shown, *([self.clicked] if self.clicked else [])]


TOLD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "What was seen and clicked, once for each answer.",
        "content": {JSON: {"schema": inlined(Beacon)}},
    }
}


@api.post(
    "clicks/", response={204: None, **REFUSALS, **OF_BODIES}, url_name="clicks",
    summary="Count what was seen and clicked", openapi_extra=TOLD,
)  # fmt: skip
def count(request: HttpRequest) -> HttpResponse:
    """Adds to the sums by day, place and position; there only where the site counts clicks.

    What cannot be written is dropped: the answer is the same.
    """
    if not settings.COUNT_CLICKS:
        raise HttpError(404, "Nothing is counted here: COUNT_CLICKS is not set.")
    if not _may_tell(request):
        raise HttpError(403, "Only pages that may ask this site tell what is seen and clicked.")
    beacon = _beacon(request)
    _refuse_strange(beacon)
    with impatient(connections[router.db_for_write(ClickCount)], PATIENCE):
        clicks.count(_seen(beacon))
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _may_tell(request: HttpRequest) -> bool:
    """Whether a browser lets the page that asks read the API; whose key was wrong is not here."""
    if request.headers.get(HEADER) or is_of_own_page(request):
        return True
    origin = asked_from(request)
    for_all = getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False)
    return bool(origin) and (for_all or origin in getattr(settings, "CORS_ALLOWED_ORIGINS", ()))


def _beacon(request: HttpRequest) -> Beacon:
    """What is told. Its type of content may be any: browsers ask before they send JSON as JSON."""
    body = raw_body(request)
    if len(body) > LARGEST:
        raise HttpError(413, f"A beacon has at most {LARGEST} bytes.")
    try:
        return Beacon.model_validate_json(body)
    except ValidationError as error:
        raise HttpError(400, sentence_of(error, Beacon)) from error


def _refuse_strange(beacon: Beacon) -> None:
    """Raises HttpError, UnknownProduct for what no answer of this site can have shown."""
    if not beacon.cards:
        raise HttpError(400, "Say what was shown, or clicked.")
    if len({card.position for card in beacon.shown}) < len(beacon.shown):
        raise HttpError(400, "A position stands there twice.")
    if beacon.embedder not in engine().names():
        raise HttpError(400, f"There is no index of {beacon.embedder[:80]!r}.")
    if any(card.way for card in beacon.cards) and not beacon.trial:
        raise HttpError(400, "A way is of a comparison: say which, as trial.")
    running = trials.running()
    if beacon.trial and (running is None or running.id != beacon.trial):
        raise HttpError(400, f"The comparison {beacon.trial} is not running.")
    shown_products([card.item_id for card in beacon.cards])


def _seen(beacon: Beacon) -> Seen:
    """What is told, with what each way measured by."""
    own = beacon.metric.value, beacon.embedder
    running = trials.running() if beacon.trial else None
    by = {way: running.side(way).measures(*own) for way in trials.WAYS} if running else {}
    last = beacon.clicked
    return Seen(
        beacon.place,
        {"": own} | by,
        {card.position: card.way for card in beacon.shown},
        (last.position, last.way) if last else None,
        beacon.trial,
    )
