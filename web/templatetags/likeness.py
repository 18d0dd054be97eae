"""How a match is shown."""

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from recommender.live import report
from recommender.search.answers import Match, MatchReason
from recommender.search.fields import NARROWING

register = template.Library()

# Cards of a grid whose pictures are loaded at once: a row of the widest.
AT_ONCE = 6
# What has the browser wait with the others until somebody scrolls there.
LAZY = mark_safe(' loading="lazy"')

# Up to which share of products that have one nearer a likeness is called so. What is usual, from a
# half to nine tenths, has no word: it would tell nothing apart.
WORDS = (
    (0.1, _("Strikingly alike")),
    (0.5, _("Very alike")),
    (0.9, ""),
    (0.99, _("Less alike")),
    (1.0, _("Hardly alike")),
)


@register.filter(name="in_words")
def in_a_word(rarity: float | None) -> str:
    """What it means to people how rarely two products are so near; often nothing."""
    if rarity is None:
        return ""
    return str(next(word for share, word in WORDS if rarity < share or share == 1))


@register.simple_tag
def card(product: Product, narrowed: str = "", eager: bool = False) -> SafeString:
    """A product as a link to its own page: its picture, its title, its price."""
    return _card(product, narrowed, "", eager)


@register.simple_tag
def match_card(
    match: Match, narrowed: str = "", word: str = "", distances: bool = False, eager: bool = False
) -> SafeString:
    """A neighbour as a card, with what sets it apart; on demand with its distance."""
    if match.because is MatchReason.CATEGORY:
        word = str(_("New in the same category"))
    numbers = ("", "")
    if distances and match.distance is not None:
        numbers = four_digits(match.distance), f"{match.score:.0f}" if match.score else ""
    apart = (word, match.copies, match.because is MatchReason.PINNED, *numbers)
    more = _apart(get_language(), *apart) if any(apart) else ""
    return _card(match.product, narrowed, more, eager)


def _card(product: Product, narrowed: str, more: str, eager: bool) -> SafeString:
    texts = {"narrowed": narrowed, "more": more, "loading": "" if eager else LAZY}
    return _of_product("catalog/_card.html", product, texts)


@lru_cache(maxsize=1000)
def _apart(
    language: str | None, word: str, copies: int, chosen: bool, distance: str, score: str
) -> SafeString:
    """What sets a neighbour apart; few say anything else than others do."""
    told = {"word": word, "copies": copies, "chosen": chosen, "distance": distance, "score": score}
    return render_to_string("recommender/_match.html", told)


@register.filter
def can_be_seen_at_once(place: int) -> bool:
    """Whether the picture of a card at this place, from 1 on, is not to wait for one to scroll."""
    return place <= AT_ONCE


@register.simple_tag
def actions(match: Match, why: str, may_name_more: bool, comparable: bool) -> SafeString:
    """What can be done with a neighbour; `why` is the address that tells why, or empty."""
    product = match.product
    pictures = f"{match.matches_picture}-{product.picture_number}"
    asked = {"like": product.item_id, "pictures": pictures}
    why = f"{why}?{urlencode(asked)}" if why and match.score is not None else ""
    compare = reverse("compare", args=[product.item_id]) if comparable else ""
    texts = {
        "pk": str(product.pk), "product": str(product), "item_id": product.item_id,
        "why": why, "compare": compare,
    }  # fmt: skip
    flags = (bool(why), may_name_more, comparable)
    made = _with_places("recommender/_actions.html", tuple(texts), flags, *_everywhere())
    return _put_in(made, texts)


def _of_product(template: str, product: Product, texts: dict[str, str]) -> SafeString:
    """A template of a product and of some texts; drawn once while it is in memory.

    The texts differ from page to page: they are put in afterwards.
    """
    drawn: dict[Any, str] = product.__dict__.setdefault("_drawn", {})
    key = template, *_everywhere()
    if key not in drawn:
        drawn[key] = render_to_string(template, {"product": product} | _places(texts))
    return _put_in(drawn[key], texts)


@lru_cache(maxsize=1000)
def _with_places(
    template: str, names: tuple[str, ...], flags: Hashable, _language: str | None, _prefix: str
) -> str:
    """A template that shows nothing but texts of these names, which are put in afterwards."""
    return render_to_string(template, {"flags": flags} | _places(names))


def _everywhere() -> tuple[str | None, str]:
    """What every drawing depends on."""
    return get_language(), get_script_prefix()


def _places(names: Iterable[str]) -> dict[str, SafeString]:
    return {name: mark_safe(_place(name)) for name in names}  # noqa: S308


def _put_in(made: str, texts: Mapping[str, str]) -> SafeString:
    for name, text in texts.items():
        made = made.replace(_place(name), conditional_escape(text))
    return mark_safe(made)  # noqa: S308


def _place(name: str) -> str:
    """Stands in for a text; no text of a shop has it."""
    return f"\0{name}\0"


def four_digits(distance: float) -> str:
    """0.1234, 12.34, 1234: four significant digits, never an exponent for everyday sizes."""
    return f"{distance:.4g}" if distance < 1000 else f"{distance:.0f}"


@register.simple_tag(takes_context=True)
def counted_list(context: Context, place: str, metric: str) -> SafeString:
    """What static/js/clicks.js reads of a list: where it stands, and what it was measured by."""
    answered = context["answer"]
    told = (
        ("counted", reverse("api:clicks")), ("place", place), ("metric", metric),
        ("embedder", answered.manifest.embedder),
        ("trial", answered.trial if place == "page" else 0),
    )  # fmt: skip
    return format_html_join("", ' data-{}="{}"', told)


@register.simple_tag
def position(before: int, first: int, match: Match) -> SafeString:
    """The same of a card: its position among all, and which of two ways has put it there."""
    way = f' data-way="{match.way}"' if match.way else ""
    return mark_safe(f' data-position="{before + first}"{way}')  # noqa: S308


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
    for name in (*NARROWING, "cheaper", "page"):
        asked.pop(name, None)
    return _here(context, asked)


@register.simple_tag(takes_context=True)
def beside_the_filters(context: Context) -> SafeString:
    """What else the address of this page asks, as hidden fields of the filters' form."""
    own = {"page", "cheaper", *(control.name for control in context["controls"])}
    asked = context["request"].GET.lists()
    pairs = [(name, value) for name, values in asked if name not in own for value in values]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def asked_before(context: Context) -> SafeString:
    """What the address of this page asks, as hidden fields; of several pages, from the first on."""
    asked = context["request"].GET.lists()
    pairs = [(name, value) for name, values in asked if name != "page" for value in values]
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
