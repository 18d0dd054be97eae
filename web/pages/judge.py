"""/judge/: two answers side by side, for staff to say which is better; and what came of it."""

import random
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from recommender.search import judgements
from recommender.search.contests import PREVIOUS, Contest, Drawn, answers_for, contests, draw
from recommender.search.errors import BadQuery, SearchError
from recommender.search.judgements import Choice, Side
from web.csv_answer import csv_answer
from web.pages.rows import NAMES
from web.parameters import one_of, takes
from web.refusals import refused
from web.staff import for_staff, may

SALT = "lookalike.judge"
# Which two are compared, and by which product; without them, the first and any.
PARAMETERS = ("against", "item_id")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@takes(*PARAMETERS)
@csrf_protect
@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """A query and two answers; a POST says which is better, or takes the last word back."""
    try:
        if request.method == "POST":
            return redirect(_address(request.GET.get("against", ""), _keep_or_undo(request)))
        return render(request, "recommender/judge.html", _context(request))
    except SearchError as error:
        return refused(request, error)


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@for_staff
def results(request: HttpRequest) -> HttpResponse:
    """Who was preferred, how often, and how certain that is."""
    told = [(result, *result.percentages) for result in judgements.results()]
    return render(request, "recommender/judge_results.html", {"results": told})


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@for_staff
def as_csv(_request: HttpRequest) -> HttpResponse:
    """All judgements, to go on with in a spreadsheet."""
    return csv_answer("judgements.csv", judgements.write_csv)


def _address(against: str, item_id: str = "") -> str:
    asked = {name: v for name, v in (("against", against), ("item_id", item_id)) if v}
    return reverse("judge") + (f"?{urlencode(asked)}" if asked else "")


# What is shown -----------------------------------------------------------------------------------


def _context(request: HttpRequest) -> dict[str, Any]:
    """What the page shows; raises SearchError."""
    there = contests()
    wanted, item_id = (request.GET.get(name, "") for name in PARAMETERS)
    contest = _chosen(there, wanted)
    who = request.user.get_username()
    judged = judgements.judged_by(who, contest.one.contender, contest.other.contender)
    drawn = _about(contest, item_id) if item_id else draw(contest, judged)
    return {
        "contests": [(one.name, _name_of(one)) for one in there],
        "against": contest.name,
        "judged": len(judged),
        "last": judgements.last_of(who),
        "may_judge": may(request, "lookalike_recommender.add_judgement"),
        **(_sides(contest, drawn) if drawn else {}),
    }


def _chosen(there: list[Contest], wanted: str) -> Contest:
    """The contest of that name, the first without one; raises BadQuery."""
    found = next((contest for contest in there if contest.name == (wanted or contest.name)), None)
    if found is None:
        raise BadQuery(one_of("against", [contest.name for contest in there]))
    return found


def _about(contest: Contest, item_id: str) -> Drawn:
    drawn = answers_for(contest, item_id)
    if not drawn.one or not drawn.other:
        raise BadQuery(
            _("“%(id)s” cannot be judged: one of the two does not know it.") % {"id": item_id}
        )
    return drawn


def _name_of(contest: Contest) -> str:
    """What the two are called together; it does not say which is which."""
    one, other = contest.one.contender, contest.other.contender
    if contest.name == PREVIOUS:
        return _("The live and the previous index")
    names = (one.embedder, other.embedder)
    if one.embedder == other.embedder:
        names = (str(NAMES[contest.one.metric]), str(NAMES[contest.other.metric]))
    return _("%(one)s and %(other)s") % {"one": names[0], "other": names[1]}


def _sides(contest: Contest, drawn: Drawn) -> dict[str, Any]:
    """The two in random order, and the same, signed, for the form to send back."""
    sides = [(contest.one.contender, drawn.one), (contest.other.contender, drawn.other)]
    random.shuffle(sides)
    left, right = (Side(made, tuple(p.item_id for p in found)).as_dict() for made, found in sides)
    item_id = drawn.product.item_id
    page = {"key": uuid4().hex, "item_id": item_id, "left": left, "right": right}
    return {
        "product": drawn.product,
        "sides": [("left", _("Left"), sides[0][1]), ("right", _("Right"), sides[1][1])],
        "page": signing.dumps(page, salt=SALT, compress=True),
    }


# What is said ------------------------------------------------------------------------------------


def _keep_or_undo(request: HttpRequest) -> str:
    """Keeps what was clicked; or takes it back, and returns the product to ask about again.

    Raises PermissionDenied, BadQuery.
    """
    if not may(request, "lookalike_recommender.add_judgement"):
        raise PermissionDenied
    who = request.user.get_username()
    if "undo" in request.POST:
        return judgements.take_back(_key(request.POST["undo"]), who)
    try:
        page = signing.loads(request.POST.get("page", ""), salt=SALT)
    except signing.BadSignature:
        raise _out_of_date() from None
    choice = request.POST.get("choice", "")
    if choice not in Choice.values:
        raise BadQuery(one_of("choice", Choice.values))
    left, right = Side.from_dict(page["left"]), Side.from_dict(page["right"])
    judgements.keep(_key(page["key"]), page["item_id"], left, right, Choice(choice), who)
    return ""


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _out_of_date() from None


def _out_of_date() -> BadQuery:
    return BadQuery(_("This page is out of date. Please reload it."))
