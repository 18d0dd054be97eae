"""What every page of an answer shows: what looks similar, and a row for each metric."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from django.utils.translation import gettext_lazy as _

from recommender.index.metrics import Metric
from recommender.search.answering import answer
from recommender.search.answers import Answer, Match, agreement
from recommender.search.forms import SimilarForm
from recommender.search.query import Query
from web.paging import page_of
from web.templatetags.likeness import in_a_word

# Products in a row of a metric; of those that look similar, on a page, and on all of its pages. The
# last two are divided by two, three, four and six, so that no row has a hole.
PER_ROW, PER_PAGE, MOST = 5, 24, 48
# The tutorial's networks: its page shows the metrics, and they are shown where one of these speaks.
MEASURED = "vgg16"
# What stands over look-alikes of which the nearest is as rare; the shares are those of WORDS.
HEADINGS = (
    (0.9, _("Looks similar")),
    (0.99, _("Not very similar, but the nearest")),
    (inf, _("Hardly similar, but the nearest")),
)
NAMES = {
    Metric.COSINE: _("Cosine"),
    Metric.EUCLIDEAN: _("Euclidean"),
    Metric.MANHATTAN: _("Manhattan"),
}
EXPLANATIONS = {
    Metric.COSINE: _("the angle between two vectors"),
    Metric.EUCLIDEAN: _("the straight line between two points"),
    Metric.MANHATTAN: _("all differences, added up"),
}


def under_all_metrics(query: Query) -> Answer:
    """The answer under all metrics, the one asked for first; of the others a row.

    Raises SearchError.
    """
    leading = query.metrics[0]
    metrics = (leading, *(metric for metric in Metric if metric is not leading))
    k = max(query.k, PER_ROW)
    return answer(replace(query, metrics=metrics, k=k, k_beside=PER_ROW))


def rows(
    asked: Mapping[str, Any],
    form: SimilarForm,
    answered: Answer,
    number: int = 1,
    per_page: int = 0,
) -> dict[str, Any]:
    """The answer for templates; `asked` is the query string, which says how it is shown.

    `number` is the page of what looks similar, `per_page` how many it has. Raises NoSuchPage.
    """
    by_metric = {ranking.metric: ranking for ranking in answered.rankings}
    wanted = form.cleaned_data["k"] if "k" in asked else None  # may be fewer than PER_ROW
    shown = _with_words(answered.looks.matches[:wanted])
    page = page_of(shown, number, per_page or PER_PAGE)
    return {
        "answer": answered,
        "page": page,
        "leading": answered.looks.metric,
        "heading": heading(answered.looks.matches),
        "leading_name": NAMES[answered.looks.metric],
        "leading_explanation": EXPLANATIONS[answered.looks.metric],
        "rows": [
            (by_metric[metric].first(PER_ROW), NAMES[metric], EXPLANATIONS[metric])
            for metric in Metric
        ],
        "agreement": agreement(answered.rankings, PER_ROW),
        "measured": _is_measured(asked, answered),
        "per_row": PER_ROW,
        "most": MOST,
        "form": form,
        "distances": asked.get("distances") == "on",
    }


def heading(matches: Sequence[Match]) -> str:
    """What stands over them: that they look similar, where at least the nearest does."""
    found = [match.rarity for match in matches if match.rarity is not None]
    return str(next(words for share, words in HEADINGS if min(found, default=0) < share))


def _with_words(matches: Sequence[Match]) -> list[tuple[Match, str]]:
    """Each with the word for how alike it is; where that is the same of all, it says nothing."""
    words = [in_a_word(match.rarity) for match in matches]
    return list(zip(matches, words if len(set(words)) > 1 else [""] * len(words), strict=True))


def _is_measured(asked: Mapping[str, Any], answered: Answer) -> bool:
    """Whether the three metrics are unfolded."""
    said = asked.get("measured", "")
    return said == "on" if said else answered.manifest.embedder.startswith(MEASURED)
