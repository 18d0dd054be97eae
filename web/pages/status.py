"""/status/: for whoever runs the site, what is live, what ran, and what failed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.live import readiness, report, selection
from runs.models import Run
from web.pages.staff import for_staff
from web.parameters import takes

RUNS = 20
# Lines of what failed, of a run.
LINES = 12


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """The page, for staff."""
    return render(request, "recommender/status.html", _told())


def _told() -> dict[str, Any]:
    runs = list(Run.objects.all()[:RUNS])
    return {
        "faults": readiness.faults(),
        "state": report.index_state(),
        "indexes": report.index_files(),
        "approximate": selection.approximate(),
        "counts": report.catalogue_counts(),
        "shops": report.shops(),
        "disks": report.disks(),
        "runs": [(run, _first_lines(run)) for run in runs],
    }


def _first_lines(run: Run) -> str:
    """What failed or was passed over, from its beginning; how much more there is."""
    lines = run.log.splitlines()
    more = [f"… {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join([*lines[:LINES], *more])
