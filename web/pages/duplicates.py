"""/duplicates/: what looks the same, for staff to look through; what they say is, and is not."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from catalog.models import Product, composed
from recommender.models import NotTheSame, TheSame
from recommender.search import duplicate_groups, not_the_same, pair_words, the_same
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery, SearchError
from recommender.search.products import shown_products
from web.paging import NoSuchPage, page_of
from web.parameters import one_of, takes
from web.refusals import refused
from web.staff import for_staff, may

GROUPS, WORDS = 20, 40
# Pictures shown of a group; the rest is counted.
MAX_SHOWN = 24
ALLOWED = SAME, SIMILAR, APART, ONE = "same", "similar", "apart", "one"
# Products that may be said to be one at once.
MAX_SAID = 100
LABEL = "lookalike_recommender"


class DuplicatesForm(forms.Form):
    """What is looked through: what looks the same, what nearly does; what staff said is not, is."""

    within = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ALLOWED],
        error_messages={"invalid_choice": lazy(one_of, str)("within", ALLOWED)},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def sentence(self) -> str:
        """What is wrong."""
        return str(next(iter(self.errors.values()))[0])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@takes(DuplicatesForm)
@csrf_protect
@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """The page; a POST says that a product is none of its group, or that all of it are one, or
    takes that back."""
    form = DuplicatesForm(request.GET)
    try:
        if not form.is_valid():
            raise BadQuery(form.sentence())
        given = {"within": form.cleaned_data["within"] or SAME, "page": form.cleaned_data["page"]}
        if request.method == "POST":
            _keep_or_undo(request, given["within"])
            return redirect(_address(given))
        return render(request, "recommender/duplicates_page.html", _context(request, **given))
    except NoSuchPage as error:
        if request.GET.get("page") and given["page"] == error.last + 1:
            return redirect(_address(given | {"page": error.last}))  # its last group was told apart
        return render(request, "404.html", {"error": error}, status=404)
    except SearchError as error:
        return refused(request, error)


def _address(given: dict[str, Any]) -> str:
    asked = {name: value for name, value in given.items() if value and value != SAME}
    return reverse("duplicates") + (f"?{urlencode(asked)}" if asked else "")


# What is shown -----------------------------------------------------------------------------------


def _context(request: HttpRequest, within: str, page: int | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "within": within,
        "may_say": may(request, f"{LABEL}.add_notthesame"),
        "may_join": may(request, f"{LABEL}.add_thesame"),
        "may_take_back": may(
            request, f"{LABEL}.delete_{'thesame' if within == ONE else 'notthesame'}"
        ),
        "most_shown": MAX_SHOWN,
        "words": pair_words.number_of_words(NotTheSame),
        "words_of_one": pair_words.number_of_words(TheSame),
    }
    if within in (APART, ONE):
        words = page_of(the_same.words() if within == ONE else not_the_same.words(), page, WORDS)
        return context | {"page": words, "decided": _with_products(words)}
    index, similar = live_index(), within == SIMILAR
    found = page_of(duplicate_groups.ids_of_groups(index, similar=similar), page, GROUPS)
    return context | {
        "page": found,
        "groups": duplicate_groups.groups_of(index, found),
        "threshold": duplicate_groups.threshold_of(index, similar=similar),
    }


def _with_products(words: Iterable[pair_words.Word]) -> list[tuple[pair_words.Word, list[Any]]]:
    """Each word with its products; of one that is there no more, its id."""
    words = list(words)
    ids = {item_id for word in words for item_id in word.item_ids[:MAX_SHOWN]}
    products = Product.objects.in_bulk(list(ids), field_name="item_id")
    return [
        (word, [products.get(item_id, item_id) for item_id in word.item_ids[:MAX_SHOWN]])
        for word in words
    ]


# What is said ------------------------------------------------------------------------------------


def _keep_or_undo(request: HttpRequest, within: str) -> None:
    """Keeps what the form says, or takes it back; raises PermissionDenied, BadQuery."""
    if "undo" in request.POST:
        _demand(request, _to_take_back(within))
        (the_same if within == ONE else not_the_same).take_back(request.POST["undo"])
        _tell(request, _("Undone."))
    elif "one" in request.POST or "item_ids" in request.POST:
        _demand(request, f"{LABEL}.add_thesame")
        _join(request, within)
    else:
        _demand(request, f"{LABEL}.add_notthesame")
        _tell_apart(request, within)


def _tell_apart(request: HttpRequest, within: str) -> None:
    item_id = request.POST.get("item_id", "")
    others = set(_group_of(item_id, within)) - {item_id}
    number = not_the_same.say(item_id, sorted(others), request.user.get_username())
    sentence = ngettext(
        "“%(id)s” is marked as different from %(number)d other product.",
        "“%(id)s” is marked as different from %(number)d other products.",
        number,
    )
    _tell(request, sentence % {"id": item_id, "number": number})


def _join(request: HttpRequest, within: str) -> None:
    """Says that a group is one product, or that those are which were named, one a line."""
    item_id = request.POST.get("one", "")
    lines = (composed(line.strip()) for line in request.POST.get("item_ids", "").splitlines())
    named = _group_of(item_id, within) if item_id else list(dict.fromkeys(filter(None, lines)))
    if not 2 <= len(named) <= MAX_SAID and not item_id:
        raise BadQuery(_("Name 2 to %(most)d products, one item_id a line.") % {"most": MAX_SAID})
    number = the_same.say(shown_products(named), request.user.get_username())
    _tell(request, _("%(number)d products are marked as the same.") % {"number": number})


def _group_of(item_id: str, within: str) -> list[str]:
    """The ids of the product's group; raises BadQuery where it is in none any more."""
    groups = duplicate_groups.ids_of_groups(live_index(), similar=within == SIMILAR)
    found = next((ids for ids in groups if item_id in ids), None)
    if found is None:
        raise BadQuery(_("That product no longer has duplicates. Please reload the page."))
    return found


def _to_take_back(within: str) -> str:
    """The permission that is needed."""
    return f"{LABEL}.delete_{'thesame' if within == ONE else 'notthesame'}"


def _demand(request: HttpRequest, permission: str) -> None:
    if not may(request, permission):
        raise PermissionDenied


def _tell(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence, fail_silently=True)
