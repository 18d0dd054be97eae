"""What is asked: of what, among which, under which metrics, how many."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catalog.filters import Filters
from catalog.kinds import Number
from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, KOutOfRange
from recommender.search.fields import FEW, MOST, WEIGHTS
from recommender.search.kinds import MAX_NAMED, NAMED_RULE, Crop


@dataclass(frozen=True)
class Query:
    """The k products nearest to what is asked about, under each of the metrics.

    That is a product, several that are liked (and others that are not), or a picture's bytes or
    its address; with liked ones, a picture is one more of them. So are words for how it looks,
    `looks`, which may be asked alone, too. `crop`: a part of the picture, or
    of that of the one product that is liked. Only products that pass the filters are answered.
    `k_beside`: how many under each metric but the first, where that is not k as well.
    `diversity`, 0 to 1: how much it counts that the answers differ among themselves.
    `colour`, 0 to 1: how much colour counts beside shape and print, which 0 leaves to the network.
    `cheaper`: only what costs less than each of the liked is answered.
    `min_score`, 0 to 100: what scores less is not answered; the newest of the same category are.
    `weigh_…`, 0 to 100: points for facts beside the look (facts.py); None is as the site says.
    Raises BadQuery, KOutOfRange among them, for what cannot be meant.
    """

    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    picture: bytes | None = None
    url: str = ""
    looks: str = ""
    crop: Crop | None = None
    filters: Filters = field(default_factory=Filters)
    metrics: tuple[Metric, ...] = (Metric.COSINE,)
    k: int = FEW
    k_beside: int | None = None
    diversity: float = 0.0
    min_score: float = 0.0
    colour: float = 0.0
    cheaper: bool = False
    weigh_category: float | None = None
    weigh_price: float | None = None
    weigh_brand: float | None = None
    weigh_new: float | None = None
    weigh_stock: float | None = None

    def __post_init__(self) -> None:
        if not self.liked and not self.has_picture and not self.looks:
            raise BadQuery(
                _("Name a product that is liked, or give a picture, or say how it looks.")
            )
        if self.colour and not self.liked and not self.has_picture:
            raise BadQuery(_("Words have no colours of their own to weigh: leave out colour."))
        if self.picture is not None and self.url:
            raise BadQuery(_("Give a picture or its address, not both."))
        if self.crop and not self.has_picture and len(self.liked) != 1:
            raise BadQuery(_("Only one picture, or one liked product, can be cropped."))
        if len(self.named) > MAX_NAMED:
            raise BadQuery(str(NAMED_RULE))
        if both := set(self.liked) & set(self.disliked):
            raise BadQuery(_("“%(id)s” cannot be liked and disliked at once.") % {"id": min(both)})
        if self.cheaper and not self.liked:
            raise BadQuery(_("Name a product that the others should be cheaper than."))
        if not 1 <= self.k <= MOST:
            raise KOutOfRange(self.k, MOST)
        for weight in WEIGHTS:
            kind, value = weight.kind, getattr(self, weight.name)
            if value is not None and isinstance(kind, Number) and not kind.holds(value):
                raise BadQuery(str(weight.rule))

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
        return len(self.named) == 1 and not self.has_picture and not self.looks

    @property
    def is_by_pictures(self) -> bool:
        """Whether it asks about the pictures of one product, as they are."""
        return self.is_one_product and self.crop is None

    @property
    def lists_may_answer(self) -> bool:
        """Whether the lists of the index, which know no colour, may hold the answer."""
        return self.is_by_pictures and not self.colour
