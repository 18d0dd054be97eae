"""Two ways to answer, shown as one list: team-draft interleaving.

F. Radlinski, M. Kurup and T. Joachims, "How does clickthrough data reflect retrieval quality?",
CIKM 2008: in each round the two ways pick in turn the best of theirs that is not there yet, a coin
says which of them first, and a click counts for the way that picked what is clicked. Where both
begin alike, nothing can be told, and nobody picks.

The coins are tossed by the answer itself, and by the hour: all who ask within it get the same list,
so that it may be kept. Each second hour, they fall the other way round; a product that many look at
favours neither way for being the first.
"""

import hashlib
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import QueryDict

from catalog import memory
from recommender.live import selection
from recommender.live.engine import engine
from recommender.models import Trial
from recommender.search.answering import answer, answer_by
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.errors import BadQuery, SearchError
from recommender.search.fields import SIMILAR
from recommender.search.forms import SimilarForm

logger = logging.getLogger(__name__)

ONE, OTHER = "one", "other"
WAYS = (ONE, OTHER)
AN_HOUR = 3600
# What a way may say beside a query's fields, and a value of it: the index before the live one.
EMBEDDER, PREVIOUS = "embedder", "previous"
NOT_OF_A_WAY = {"k", "url", "crop", "liked", "disliked"}
FIELDS = (EMBEDDER, *(field.name for field in SIMILAR if field.name not in NOT_OF_A_WAY))


@dataclass(frozen=True)
class Way:
    """What one of the two asks beside what a visitor does: fields, and an index by its name."""

    fields: tuple[tuple[str, str], ...] = ()
    embedder: str = ""

    @classmethod
    def of(cls, text: str) -> "Way":
        """From text as in `colour=0.4&embedder=vgg16`. Raises BadQuery."""
        try:
            pairs = dict(parse_qsl(text.strip(), keep_blank_values=True, strict_parsing=bool(text)))
        except ValueError:
            raise BadQuery(
                "Write fields as an address does: colour=0.4&metric=euclidean."
            ) from None
        if strange := [name for name in pairs if name not in FIELDS]:
            raise BadQuery(f"A way has no {strange[0]}; it may have: {', '.join(FIELDS)}.")
        embedder = pairs.pop(EMBEDDER, "")
        form = SimilarForm(_query_data(pairs))
        if not form.is_valid():
            raise BadQuery(form.sentence())
        return cls(tuple(sorted(pairs.items())), embedder)

    def measures(self, metric: str, embedder: str) -> tuple[str, str]:
        """By what metric and embedder it measures, where the site does so by these."""
        return dict(self.fields).get("metric", metric), self.embedder or embedder

    def answer(self, answered: Answer, asked: QueryDict) -> Answer:
        """What it answers to what was asked and answered otherwise. Raises SearchError."""
        fields = asked.copy()
        for name, value in self.fields:
            fields[name] = value
        about = answered.query
        query = SimilarForm.typed(fields).query(
            liked=about.liked, disliked=about.disliked, url="", k=about.k
        )
        if self.embedder != PREVIOUS:
            return answer(query, self.embedder)
        index = engine().previous(answered.manifest.embedder)
        if index is None:
            raise BadQuery("There is no previous index.")
        return answer_by(index, query)


@dataclass(frozen=True)
class RunningTrial:
    """A trial as it is kept in memory."""

    id: int
    one: Way
    other: Way

    @property
    def names(self) -> set[str]:
        """The fields that it asks about."""
        return {name for way in (self.one, self.other) for name, _ in way.fields}

    def side(self, way: str) -> Way:
        return self.one if way == ONE else self.other


def running() -> RunningTrial | None:
    """The one that is running, where clicks are counted."""
    if not settings.COUNT_CLICKS:
        return None
    return memory.of_now().once("trial", _running)


def hour() -> int:
    """What an answer's list depends on beside what it always does: the hour, while one runs."""
    return _hour() if running() else 0


def on_trial(answered: Answer, asked: QueryDict) -> Answer:
    """The answer with both ways' products in one list of what looks similar.

    As it is, where none is running, or the visitor asks for one of its fields; and where a way has
    no answer, which the log tells.
    """
    trial = running()
    if trial is None or not answered.indexed or trial.names & set(asked):
        return answered
    try:
        one, other = (way.answer(answered, asked).looks.matches for way in (trial.one, trial.other))
    except SearchError as error:
        logger.warning("The comparison of two ways is left out: %s", error.for_owner)
        return answered
    query = answered.query
    coins = coins_of(f"{trial.id} {query.liked} {query.disliked} {query.filters}", _hour())
    drafted = interleaved(one, other, query.k, coins)
    return replace(answered, looks=Ranking(answered.looks.metric, drafted), trial=trial.id)


def interleaved(
    one: Sequence[Match], other: Sequence[Match], k: int, coins: "Coins"
) -> list[Match]:
    """The k first of both, each marked with whose it is, `one`, `other`, or "" of both."""
    sides = {ONE: list(one), OTHER: list(other)}
    found: list[Match] = []
    for mine, theirs in zip(one, other, strict=False):
        if mine.product.item_id != theirs.product.item_id:
            break
        found.append(mine)
    there = {match.product.item_id for match in found}
    while len(found) < k and any(sides.values()):
        for way in coins.toss():
            left = [match for match in sides[way] if match.product.item_id not in there]
            sides[way] = left[1:]
            if left:
                there.add(left[0].product.item_id)
                found.append(replace(left[0], way=way))
    return found[:k]


@dataclass
class Coins:
    """Tosses, the same for the same seed; `turned`: each the other way round."""

    source: random.Random
    turned: bool = False

    def toss(self) -> tuple[str, str]:
        """Who picks first, and who then."""
        heads = (self.source.random() < 0.5) is not self.turned
        return (ONE, OTHER) if heads else (OTHER, ONE)


def coins_of(about: str, hour: int) -> Coins:
    """Those of an answer, told by what it is about, in an hour: of two hours, the second's are
    those of the first, turned."""
    seed = hashlib.sha256(f"{about} {hour // 2}".encode("utf-8", "surrogatepass")).digest()
    return Coins(random.Random(seed), turned=bool(hour % 2))


def _hour() -> int:
    return int(time.time()) // AN_HOUR


def _running() -> RunningTrial | None:
    trial = Trial.objects.filter(running=True).first()
    if trial is None:
        return None
    try:
        return RunningTrial(trial.pk, Way.of(trial.one), Way.of(trial.other))
    except BadQuery as error:  # of a field that a later version has no more
        logger.warning("The comparison “%s” cannot be made: %s", trial.name, error)
        return None


def check(one: str, other: str) -> None:
    """Raises BadQuery where these are no two ways that can answer now."""
    ways = [Way.of(text) for text in (one, other)]
    if ways[0] == ways[1]:
        raise BadQuery("Both ways ask the same: there is nothing to compare.")
    names = engine().names()
    for way in ways:
        there = [*names, *([PREVIOUS] if engine().previous(selection.name_served()) else [])]
        if way.embedder and way.embedder not in there:
            raise BadQuery(f"There is no index of {way.embedder}; there are: {', '.join(there)}.")


def _query_data(pairs: dict[str, str]) -> QueryDict:
    asked = QueryDict(mutable=True)
    asked.update(pairs)
    return asked
