"""What every page says of the network that speaks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from recommender.embedders.registry import EMBEDDERS
from recommender.errors import IndexUnavailable
from recommender.live.engine import engine
from recommender.live.paths import map_path
from web.staff import are_clicks_counted


def network(request: HttpRequest) -> dict[str, Any]:
    """`network` for templates: the live manifest and its embedder; nothing without an index.

    `counted`: whether it is counted what this visitor sees and clicks.
    """
    return {"network": SimpleLazyObject(_network), "counted": are_clicks_counted(request)}


def _network() -> dict[str, Any]:
    try:
        manifest = engine().live().manifest
    except IndexUnavailable:
        return {}
    embedder = EMBEDDERS.get(manifest.embedder)
    untrained = embedder is not None and not embedder.trained
    return {
        "manifest": manifest,
        "embedder": embedder,
        "untrained": untrained,
        "has_map": map_path(manifest.embedder).exists(),
    }
