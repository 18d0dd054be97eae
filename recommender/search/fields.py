"""What a query may ask: one entry a field, the catalogue's filters before those of the search.

Out of this one table are made the form, the API's parameters and their description, the options of
`manage.py similar`, the arguments of an assistant's tool, what goes on from page to page in
addresses, the controls of pages and the table in docs/use.md. docs/extend.md adds a field.
"""

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.fields import FILTERS, MAX_WORDS, NOT_ASSISTANTS, Field, names_that_go_on
from catalog.kinds import Number, Text, WholeNumber, YesNo
from recommender.index.metrics import Metric
from recommender.search.errors import KOutOfRange
from recommender.search.kinds import Edges, Ids, MetricName

# The rule for k, wherever it is asked: 1 to MOST, FEW unless told.
FEW = 5
MOST = 50

# Numbers that weigh one thing against another; a Query has each of them.
DIVERSITY = Field(
    "diversity", Number(0, 1), "How much it counts that the answers differ among themselves.",
    default=0, rule=_("diversity must be a number between 0 and 1."),
    label=_("Variety"), goes_on=True,
)  # fmt: skip
COLOUR = Field(
    "colour", Number(0, 1), "How much colour counts beside shape and print.",
    default=0, rule=_("colour must be a number between 0 and 1."),
    label=_("Shape and print – colour"), goes_on=True,
)  # fmt: skip
MIN_SCORE = Field(
    "min_score", Number(0, 100), "What scores less gives way to the newest of the category.",
    default=0, rule=_("min_score must be a number between 0 and 100."), goes_on=True,
)  # fmt: skip


def _fact(name: str, help_: str) -> Field:
    """Points for a fact; where nothing is said, what the site says (FACT_WEIGHTS), else none."""
    rule = format_lazy(_("{name} must be a number between 0 and 100."), name=name)
    return Field(name, Number(0, 100), help_, rule=rule, goes_on=True)


# Points that are added to the score, by which the nearest are put in order.
FACTS = (
    _fact("weigh_category", "Points for being of the category of what is liked."),
    _fact("weigh_price", "Points for the same price; half of them at a price a quarter higher."),
    _fact("weigh_brand", "Points for being of the brand of what is liked."),
    _fact("weigh_new", "Points for the newest product; half of them for one a month older."),
    _fact("weigh_stock", "Points for what is not sold out."),
)
WEIGHTS = (DIVERSITY, COLOUR, MIN_SCORE, *FACTS)

LOOKS = Field(
    "looks", Text(max_words=MAX_WORDS),
    "How it looks, in words that the shop's titles have taught, as in `striped navy`; beside "
    "products or a picture they count as one more that is liked.",
    label=_("Looks like"), goes_on=True,
)  # fmt: skip
SIMILAR = (
    *FILTERS,
    Field(
        "metric", MetricName(), "How distances are measured.",
        default=Metric.COSINE.value, blank=False,
    ),
    Field(
        "k", WholeNumber(1, MOST), "How many neighbours.",
        default=FEW, blank=False, rule=lazy(lambda: str(KOutOfRange(None, MOST)), str)(),
    ),
    Field(
        "url", Text(max_length=2000),
        "The address of a picture to compare; it is fetched, and not kept.", users=NOT_ASSISTANTS,
    ),
    Field(
        "crop", Edges(), "A part of the picture: left,top,right,bottom as shares between 0 and 1.",
        users=NOT_ASSISTANTS,
    ),
    LOOKS,
    Field("liked", Ids(), "An item_id to be like; may be repeated."),
    Field("disliked", Ids(), "An item_id to be unlike; may be repeated."),
    Field(
        "cheaper", YesNo(), "Only what costs less than each product that is liked.", default=False
    ),
    *WEIGHTS,
)  # fmt: skip
# What links lead on with, beside how a page shows its rows.
NARROWING = tuple(names_that_go_on(SIMILAR))
