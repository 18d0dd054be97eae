"""Why a query has no answer, in words for whoever asked."""

import logging
from collections.abc import Iterable

from django.utils.translation import gettext as _

from recommender.errors import SimilarityError
from runs.to_type import to_type

logger = logging.getLogger(__name__)

LONGEST_SHOWN = 80


class SearchError(SimilarityError):
    """A query without an answer. The sentence is for whoever asked; `status` is HTTP's number."""

    status = 500
    # Seconds after which it may be worth while to ask again; 0 where it never is.
    retry_after = 0

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
    retry_after = 30
    has_products = True

    def __init__(self, reason: str, commands: Iterable[str] = ()) -> None:
        super().__init__(self.for_visitors())
        self.reason, self.commands = reason, tuple(commands)

    def for_visitors(self) -> str:
        """What visitors are told."""
        return _("The look-alikes are not ready yet. Please come back a little later.")

    @property
    def for_owner(self) -> str:
        runs = f" Run: {'; then: '.join(self.commands)}" if self.commands else ""
        return to_type(f"{self.reason}{runs}")

    def log(self) -> None:
        """Tells the owner, where the visitor sees the message alone."""
        logger.warning("%s", self.for_owner)


class Busy(SearchError):
    """As much of the kind is being worked on and waiting as there may be."""

    status = 503
    retry_after = 5

    def __init__(self) -> None:
        super().__init__(_("The site is busy. Please try again in a moment."))


class TooOften(SearchError):
    """More was asked for in this minute than may be."""

    status = 429

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(_("At most %(most)d requests a minute. Please wait.") % {"most": most})
        self.retry_after = retry_after


class TooLarge(SearchError):
    """More was sent than is taken in."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("This is too large. A picture may have at most 10 MB."))


class TooSlow(SearchError):
    """What was to be sent has not arrived in time."""

    status = 408

    def __init__(self) -> None:
        super().__init__(_("What you sent did not arrive in time. Please try again."))


class BrokenBody(SearchError):
    """What was sent is not as HTTP has it."""

    status = 400

    def __init__(self) -> None:
        super().__init__(_("The request could not be understood."))


class NoLength(SearchError):
    """The server that we run under reads no body without a length."""

    status = 411

    def __init__(self) -> None:
        super().__init__(_("Send the length of the request in the header Content-Length."))


class NotAForm(SearchError):
    """A picture was sent in a form that is not read."""

    status = 415


class EmptyCatalogue(NotReady):
    """There is no product yet, or none any more."""

    has_products = False

    def __init__(self) -> None:
        ways_in = "manage.py scrape URL (or: manage.py import_folder DIR)"
        super().__init__("The catalogue is empty.", [ways_in, "manage.py build_index"])

    def for_visitors(self) -> str:
        return _("This shop is being set up. Please come back a little later.")


def legible(text: str, longest: int = LONGEST_SHOWN) -> str:
    """`text` on one line of at most so many printable characters."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    if len(plain) <= longest:
        return plain
    whole_words = plain[:longest].rpartition(" ")[0]
    return f"{whole_words or plain[: longest - 1]}…"
