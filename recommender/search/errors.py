"""Why a query has no answer, in words for whoever asked."""

import logging
from collections.abc import Iterable

from django.utils.translation import gettext as _

from recommender.errors import SimilarityError

logger = logging.getLogger(__name__)

LONGEST_SHOWN = 80


class SearchError(SimilarityError):
    """A query without an answer. The sentence is for whoever asked; `status` is HTTP's number."""

    status = 500

    @property
    def for_owner(self) -> str:
        """The same for whoever runs the site: what is wrong, and what to do."""
        return str(self)

    def log(self) -> None:
        """Tells the owner, where there is something to tell; visitors' own slips are not."""


class UnknownProduct(SearchError):
    """The shop has no such product, or has it no longer."""

    status = 404

    def __init__(self, item_id: str) -> None:
        super().__init__(_("There is no product “%(id)s”.") % {"id": legible(item_id)})
        self.item_id = item_id


class BadQuery(SearchError):
    """The query cannot be meant; the message says what can be."""

    status = 400


class KOutOfRange(BadQuery):
    """More or fewer neighbours are asked for than there can be."""

    def __init__(self, k: object, most: int) -> None:
        super().__init__(_("k must be a whole number between 1 and %(most)d.") % {"most": most})
        self.k, self.most = k, most


class UnknownMetric(BadQuery):
    """There is no such metric."""

    def __init__(self, metric: str, metrics: Iterable[str]) -> None:
        self.metric, self.metrics = metric, tuple(metrics)
        rule = _("metric must be one of %(names)s, not “%(name)s”.")
        names = ", ".join(self.metrics)
        super().__init__(rule % {"names": names, "name": legible(metric)})


class NotReady(SearchError):
    """Nothing can be compared now. `reason` and `commands`, in their order, are for the owner."""

    status = 503

    def __init__(self, reason: str, commands: Iterable[str] = ()) -> None:
        super().__init__(_("The look-alikes are not ready yet. Please come back a little later."))
        self.reason, self.commands = reason, tuple(commands)

    @property
    def for_owner(self) -> str:
        return " ".join([self.reason, *(f"Run: {command}" for command in self.commands)])

    def log(self) -> None:
        """Tells the owner, where the visitor sees the message alone."""
        logger.warning("%s", self.for_owner)


def legible(text: str) -> str:
    """`text` on one line of at most 80 printable characters."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"
