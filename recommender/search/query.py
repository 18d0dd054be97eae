"""What is asked: of what, among which, under which metrics, how many."""

from dataclasses import dataclass, field

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.filters import Filters
from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, KOutOfRange, UnknownMetric

# The rule for k, wherever it is asked: 1 to MOST, FEW unless told.
FEW = 5
MOST = 50
# Products that may be liked and disliked at once.
MAX_NAMED = 20
NAMED_RULE = format_lazy(
    gettext_lazy("At most {most} products can be named at once."), most=MAX_NAMED
)
CROP_RULE = gettext_lazy(
    "crop must be left,top,right,bottom: shares of the picture between 0 and 1, in order."
)
DIVERSITY_RULE = gettext_lazy("diversity must be a number between 0 and 1.")
COLOUR_RULE = gettext_lazy("colour must be a number between 0 and 1.")
MIN_SCORE_RULE = gettext_lazy("min_score must be a number between 0 and 100.")


@dataclass(frozen=True)
class Crop:
    """A part of a picture: its edges as shares of width and height. Raises BadQuery."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise BadQuery(str(CROP_RULE))

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom


@dataclass(frozen=True)
class Query:
    """The k products nearest to what is asked about, under each of the metrics.

    That is a product, several that are liked (and others that are not), or a picture's bytes or
    its address; with liked ones, a picture is one more of them. `crop`: a part of the picture, or
    of that of the one product that is liked. Only products that pass the filters are answered.
    `diversity`, 0 to 1: how much it counts that the answers differ among themselves.
    `colour`, 0 to 1: how much colour counts beside shape and print, which 0 leaves to the network.
    `min_score`, 0 to 100: what scores less is not answered; the newest of the same category are.
    Raises BadQuery, KOutOfRange among them, for what cannot be meant.
    """

    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    picture: bytes | None = None
    url: str = ""
    crop: Crop | None = None
    filters: Filters = field(default_factory=Filters)
    metrics: tuple[Metric, ...] = (Metric.COSINE,)
    k: int = FEW
    diversity: float = 0.0
    min_score: float = 0.0
    colour: float = 0.0

    def __post_init__(self) -> None:
        if not self.liked and not self.has_picture:
            raise BadQuery(_("Name a product that is liked, or give a picture."))
        if self.picture is not None and self.url:
            raise BadQuery(_("Give a picture or its address, not both."))
        if self.crop and not self.has_picture and len(self.liked) != 1:
            raise BadQuery(_("Only one picture, or one liked product, can be cropped."))
        if len(self.named) > MAX_NAMED:
            raise BadQuery(str(NAMED_RULE))
        if both := set(self.liked) & set(self.disliked):
            raise BadQuery(_("“%(id)s” cannot be liked and disliked at once.") % {"id": min(both)})
        if not 1 <= self.k <= MOST:
            raise KOutOfRange(self.k, MOST)
        if not 0 <= self.diversity <= 1:
            raise BadQuery(str(DIVERSITY_RULE))
        if not 0 <= self.colour <= 1:
            raise BadQuery(str(COLOUR_RULE))
        if not 0 <= self.min_score <= 100:
            raise BadQuery(str(MIN_SCORE_RULE))

    @property
    def named(self) -> tuple[str, ...]:
        """The products that are asked about; they are never answered."""
        return (*self.liked, *self.disliked)

    @property
    def has_picture(self) -> bool:
        """Whether a picture is given, or its address."""
        return self.picture is not None or bool(self.url)

    @property
    def is_one_product(self) -> bool:
        """Whether one product alone is asked about."""
        return len(self.named) == 1 and not self.has_picture

    @property
    def lists_may_answer(self) -> bool:
        """Whether the lists of the index, which know no colour, may hold the answer."""
        return self.is_one_product and not self.colour and self.crop is None


def metric_named(name: str) -> Metric:
    """The metric of that name; raises UnknownMetric."""
    if name not in {*Metric}:
        raise UnknownMetric(name, Metric)
    return Metric(name)
