"""An evaluation as JSON, for programs: shares from 0 to 1, differences likewise."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from recommender.evaluation.bootstrap import LEVEL, RESAMPLES
from recommender.evaluation.figures import Figure
from recommender.evaluation.run import Result
from recommender.evaluation.sides import Side
from recommender.evaluation.verdicts import verdict
from recommender.index.words import Word


def document(result: Result) -> str:
    """The whole result as text."""
    told = {
        "index": _side(result.sides[0]),
        "compared_with": _side(result.sides[1]) if len(result.sides) > 1 else None,
        "products": len(result.now.item_ids),
        "asked": len(result.now.queries),
        "altered": result.altered,
        "seed": result.seed,
        "interval": {"level": LEVEL, "method": "percentile bootstrap", "resamples": RESAMPLES},
        "figures": [
            _figure(result, figure)
            for figure in result.now.figures
            if figure.key in result.estimates
        ],
        "costs": [[asdict(cost) for cost in costs] for costs in result.costs],
        "words": [asdict(word) for word in _words(result.sides[0])],
        "notes": list(result.notes),
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _words(side: Side) -> Sequence[Word]:
    return side.index.words.offered if side.index.words else ()


def _side(side: Side) -> dict[str, Any]:
    return asdict(side.index.manifest)


def _figure(result: Result, figure: Figure) -> dict[str, Any]:
    change = result.changes.get(figure.key)
    return {
        "key": figure.key,
        "title": figure.title,
        "section": str(figure.section),
        "better": str(figure.better),
        **asdict(result.estimates[figure.key]),
        "chance": result.now.chance.get(figure.key),
        "before": asdict(change.before) if change else None,
        "difference": asdict(change.difference) if change else None,
        "verdict": verdict(figure, change) if change else "",
    }
