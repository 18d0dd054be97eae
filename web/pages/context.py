"""What every page says of the network that speaks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from recommender.embedders.registry import EMBEDDERS
from recommender.live import current
from recommender.live.paths import map_path


def network(request: HttpRequest) -> dict[str, Any]:
    """`network` for templates: the live manifest and its embedder; nothing without an index."""
    return {"network": SimpleLazyObject(_network)}


def _network() -> dict[str, Any]:
    try:
        manifest = current.live_index().manifest
    except current.IndexUnavailable:
        return {}
    embedder = EMBEDDERS.get(manifest.embedder)
    untrained = embedder is not None and not embedder.trained
    return {
        "manifest": manifest,
        "embedder": embedder,
        "untrained": untrained,
        "has_map": map_path(manifest.embedder).exists(),
    }
