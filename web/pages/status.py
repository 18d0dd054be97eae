"""/status/: for whoever runs the site, what is live, what ran, and what failed."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalog import changes, memory
from recommender.errors import IndexUnavailable
from recommender.index.words import Words
from recommender.live import readiness, report, selection
from recommender.live.engine import engine
from recommender.search import click_rates
from recommender.search.clicks import Place
from runs.models import Run
from web.csv_answer import csv_answer
from web.parameters import takes
from web.staff import admin_address, for_staff

RUNS = 20
# Lines of what failed, of a run.
LINES = 12
PLACES = {
    Place.PAGE: _("Pages of this site, what looks similar"),
    Place.MEASURED: _("Pages of this site, how it was measured"),
    Place.PICTURE: _("Like a visitor’s own picture"),
    Place.WIDGET: _("Pages of the shop (widget)"),
}


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """The page, for staff."""
    return render(request, "recommender/status.html", _context())


def _context() -> dict[str, Any]:
    runs = list(Run.objects.all()[:RUNS])
    catalogue, live = memory.of_now(), engine().signature(selection.name_served())
    return {
        "faults": readiness.faults(),
        "state": catalogue.roughly(("index state", live), report.index_state),
        "indexes": report.index_files(),
        "approximate": selection.may_be_approximate(),
        "counts": catalogue.roughly("counts", report.catalogue_counts),
        "shops": catalogue.roughly("shops", report.shops),
        "counted_at": catalogue.counted_at,
        "queue": changes.queue(),
        "disks": report.disks(),
        "words": _words(),
        **_clicks(),
        "runs": [(run, _first_lines(run)) for run in runs],
    }


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@for_staff
def clicks_csv(_request: HttpRequest) -> HttpResponse:
    """All that was counted of clicks, to go on with in a spreadsheet."""
    return csv_answer("clicks.csv", click_rates.write_csv)


def _clicks() -> dict[str, Any]:
    """What was seen and clicked, and which of two ways is preferred."""
    rates = [(found, PLACES[Place(found.place)]) for found in click_rates.rates()]
    if not settings.COUNT_CLICKS and not rates:
        return {}
    return {
        "counting": settings.COUNT_CLICKS,
        "rates": rates,
        "preferences": click_rates.preferences(),
        "dropped": click_rates.dropped(),
        "add_trial": admin_address("lookalike_recommender_trial_add"),
    }


def _words() -> Words | None:
    """What the titles have taught the live index."""
    try:
        return engine().live().words
    except IndexUnavailable:
        return None


def _first_lines(run: Run) -> str:
    """What failed or was passed over, from its beginning; how much more there is."""
    lines = run.log.splitlines()
    more = [f"… {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join([*lines[:LINES], *more])
