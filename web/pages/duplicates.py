"""/duplicates/: what looks the same, for staff to look through; and what they say is not."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from catalog.models import Product
from recommender.models import NotTheSame
from recommender.search import duplicate_groups, not_the_same
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery, SearchError
from web.pages.refusals import refused
from web.pages.staff import for_staff, may
from web.paging import NoSuchPage, page_of
from web.parameters import takes

GROUPS, WORDS = 20, 40
# Pictures shown of a group; the rest is counted.
MAX_SHOWN = 24
SAME, SIMILAR, APART = "same", "similar", "apart"


class DuplicatesForm(forms.Form):
    """What is looked through: what looks the same, what nearly does, or what was told apart."""

    within = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in (SAME, SIMILAR, APART)],
        error_messages={"invalid_choice": "within must be same, similar or apart."},
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
    """The page; a POST says that a product is none of its group, or takes that back."""
    form = DuplicatesForm(request.GET)
    try:
        if not form.is_valid():
            raise BadQuery(form.sentence())
        given = {"within": form.cleaned_data["within"] or SAME, "page": form.cleaned_data["page"]}
        if request.method == "POST":
            _said(request, given["within"])
            return redirect(_address(given))
        return render(request, "recommender/duplicates_page.html", _shown(request, **given))
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


def _shown(request: HttpRequest, within: str, page: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "within": within,
        "may_say": may(request, "recommender.add_notthesame"),
        "may_take_back": may(request, "recommender.delete_notthesame"),
        "most_shown": MAX_SHOWN,
        "words": NotTheSame.objects.order_by().values("said_at", "said_by").distinct().count(),
    }
    if within == APART:
        words = page_of(not_the_same.words(), page, WORDS)
        return told | {"page": words, "told_apart": _with_products(words)}
    index, similar = live_index(), within == SIMILAR
    found = page_of(duplicate_groups.ids_of_groups(index, similar=similar), page, GROUPS)
    return told | {
        "page": found,
        "groups": duplicate_groups.groups_of(index, found),
        "threshold": duplicate_groups.threshold_of(index, similar=similar),
    }


def _with_products(words: Iterable[not_the_same.Word]) -> list[tuple[not_the_same.Word, list[Any]]]:
    """Each word with its products; of one that is there no more, its id."""
    words = list(words)
    ids = {item_id for word in words for item_id in word.item_ids[:MAX_SHOWN]}
    products = Product.objects.in_bulk(list(ids), field_name="item_id")
    return [
        (word, [products.get(item_id, item_id) for item_id in word.item_ids[:MAX_SHOWN]])
        for word in words
    ]


# What is said ------------------------------------------------------------------------------------


def _said(request: HttpRequest, within: str) -> None:
    """Keeps what the form says, or takes it back; raises PermissionDenied, BadQuery."""
    if "undo" in request.POST:
        _demand(request, "recommender.delete_notthesame")
        not_the_same.take_back(request.POST["undo"])
        _tell(request, _("Undone."))
        return
    _demand(request, "recommender.add_notthesame")
    item_id, similar = request.POST.get("item_id", ""), within == SIMILAR
    groups = duplicate_groups.ids_of_groups(live_index(), similar=similar)
    others = next((set(ids) - {item_id} for ids in groups if item_id in ids), set())
    who = request.user.get_username()
    if not (number := not_the_same.say(item_id, sorted(others), who)):
        raise BadQuery(_("That product no longer has duplicates. Please reload the page."))
    sentence = ngettext(
        "“%(id)s” is marked as different from %(number)d other product.",
        "“%(id)s” is marked as different from %(number)d other products.",
        number,
    )
    _tell(request, sentence % {"id": item_id, "number": number})


def _demand(request: HttpRequest, permission: str) -> None:
    if not may(request, permission):
        raise PermissionDenied


def _tell(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence, fail_silently=True)
