"""/compare/<item_id>/: a product's neighbours by two embedders, side by side, for learners."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.embedders.registry import EMBEDDERS
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.answers import Answer
from recommender.search.comparing import compare
from recommender.search.errors import BadQuery, SearchError
from recommender.search.fields import MOST
from recommender.search.query import Query
from web.pages.rows import NAMES
from web.parameters import one_of, takes
from web.refusals import refused
from web.staff import is_for_owner

# Tiles in each column.
SHOWN = 10


class CompareForm(forms.Form):
    """Which two embedders, of those that there is an index of, and under which metric."""

    def __init__(self, asked: Any, names: list[str]) -> None:
        super().__init__(asked)
        for name, allowed in (("left", names), ("right", names), ("metric", list(Metric))):
            self.fields[name] = forms.ChoiceField(
                required=False,
                choices=[(value, value) for value in allowed],
                error_messages={"invalid_choice": one_of(name, allowed)},
            )


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("left", "right", "metric")
def show(request: HttpRequest, item_id: str) -> HttpResponse:
    """The two columns; with one index alone, that one."""
    names = engine().names()
    form = CompareForm(request.GET, names)
    try:
        if not form.is_valid():
            raise BadQuery(str(next(iter(form.errors.values()))[0]))
        context = _columns(form.cleaned_data, names, item_id)
    except SearchError as error:
        return refused(request, error)
    shown = {"names": names, "metrics": list(NAMES.items()), "show_commands": is_for_owner(request)}
    return render(request, "recommender/compare.html", context | shown)


def _columns(given: dict[str, str], names: list[str], item_id: str) -> dict[str, Any]:
    """The columns, and what they have in common; raises SearchError."""
    metric = Metric(given["metric"] or Metric.COSINE)
    query = Query(liked=(item_id,), metrics=(metric,), k=MOST)
    left = given["left"] or next((name for name in names if name != given["right"]), "")
    right = given["right"] or next((name for name in names if name != left), "")
    context = {"metric": metric, "left": left, "right": right}
    if not right:
        alone = answer(query, left)
        return context | {"product": alone.named[item_id], "columns": [_column(alone, set())]}
    both = compare(query, left, right)
    columns = [_column(side, both.shared) for side in (both.left, both.right)]
    product = both.left.named[item_id]
    return context | {"product": product, "columns": columns, "overlaps": both.overlaps}


def _column(answered: Answer, shared: set[str]) -> dict[str, Any]:
    matches = answered.rankings[0].matches[:SHOWN]
    return {
        "embedder": EMBEDDERS[answered.manifest.embedder],
        "indexed": answered.indexed,
        "matches": [(match, match.product.item_id in shared) for match in matches],
    }
