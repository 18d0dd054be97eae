"""How a match is shown."""

from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from recommender.live import report
from recommender.search.answers import Match, MatchReason
from web.pages.walk import NARROWING

register = template.Library()


# From which score on a likeness is called so; 50 is any two products of the shop.
WORDS = (
    (95, _("Nearly the same")),
    (80, _("Very alike")),
    (65, _("Alike")),
    (50, _("Somewhat alike")),
    (0, _("Hardly alike")),
)


@register.filter(name="in_words")
def in_a_word(score: float | None) -> str:
    """What a score means to people."""
    if score is None:
        return ""
    return str(next(word for least, word in WORDS if score >= least))


@register.inclusion_tag("catalog/_tile.html")
def tile(match: Match, narrowed: str = "", distances: bool = False) -> dict[str, Any]:
    """A neighbour as a link to its own page; on demand with its distance, to four digits."""
    return _shown(match, narrowed) | {"distances": distances}


@register.inclusion_tag("recommender/_look.html")
def look(match: Match, narrowed: str = "", distances: bool = False) -> dict[str, Any]:
    """A neighbour as a large tile, with price and stock, its likeness as a bar and a word."""
    return _shown(match, narrowed) | {
        "word": in_a_word(match.score),
        "distances": distances,
    }


def _shown(match: Match, narrowed: str) -> dict[str, Any]:
    return {
        "product": match.product,
        "distance": "" if match.distance is None else four_digits(match.distance),
        "score": "" if match.score is None else f"{match.score:.0f}",
        "of_category": match.because is MatchReason.CATEGORY,
        "copies": match.copies,
        "chosen": match.because is MatchReason.PINNED,
        "narrowed": narrowed,
    }


def four_digits(distance: float) -> str:
    """0.1234, 12.34, 1234: four significant digits, never an exponent for everyday sizes."""
    return f"{distance:.4g}" if distance < 1000 else f"{distance:.0f}"


@register.simple_tag(takes_context=True)
def with_one_more(context: Context, name: str, product: Product) -> str:
    """The address of this page with the product among the `name`d: liked, or disliked."""
    asked = context["request"].GET.copy()
    asked.appendlist(name, product.item_id)
    return _here(context, asked)


@register.simple_tag(takes_context=True)
def without(context: Context, name: str, product: Product) -> str:
    """The address of this page without the product among the `name`d."""
    asked = context["request"].GET.copy()
    asked.setlist(name, [other for other in asked.getlist(name) if other != product.item_id])
    return _here(context, asked)


@register.simple_tag(takes_context=True)
def without_filters(context: Context) -> str:
    """The address of this page, asked about all products."""
    asked = context["request"].GET.copy()
    for name in NARROWING:
        asked.pop(name, None)
    return _here(context, asked)


@register.simple_tag(takes_context=True)
def beside_the_filters(context: Context) -> SafeString:
    """What else the address of this page asks, as hidden fields of the filters' form."""
    asked = context["request"].GET.lists()
    pairs = [(name, value) for name, values in asked if name not in NARROWING for value in values]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def rule_address(context: Context, kind: str, other: Product | None = None) -> str:
    """Where staff make a rule of that kind beside the page's product; it leads back to the page."""
    asked = {"kind": kind, "beside": context["product"].pk}
    if other is not None:
        asked["product"] = other.pk
    asked["next"] = context["request"].get_full_path()
    return f"{context['add_rule']}?{urlencode(asked)}"


def _here(context: Context, asked: QueryDict) -> str:
    path = context["request"].path
    return f"{path}?{asked.urlencode()}" if asked else str(path)


@register.simple_tag
def index_state() -> report.IndexState:
    """How the live index stands to the catalogue."""
    return report.index_state()
