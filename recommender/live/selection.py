"""Which embedder the settings ask for, and what computes it: to build with, and to serve."""

import threading
from pathlib import Path

from django.conf import settings

from recommender.embedders.choice import ChosenEmbedder, best_available, choose
from recommender.embedders.contract import Embedder
from recommender.embedders.registry import EMBEDDERS, PREFERRED
from recommender.embedders.runtimes import best_runtime, require_runtime, runtime_to_serve
from recommender.embedders.weights.source import Places
from recommender.live.paths import index_path


def embedder_to_build(name: str = "") -> ChosenEmbedder:
    """What a build embeds with: `name`, else the configured embedder.

    Raises EmbedderError when it cannot be had.
    """
    wanted = str(settings.RUNTIME)
    runtime = best_runtime() if wanted == "auto" else require_runtime(wanted)
    return choose(name or name_to_build(), weight_places(), runtime)


def embedder_to_serve(name: str) -> ChosenEmbedder:
    """What a picture of one's own is embedded with: the same, by a runtime that starts at once.

    Raises EmbedderError when it cannot be had.
    """
    return choose(name, weight_places(), runtime_to_serve())


_loaded: dict[tuple[str, str], Embedder] = {}
_loading = threading.Lock()


def loaded(chosen: ChosenEmbedder) -> Embedder:
    """The chosen embedder, running; loaded once a process, and the last one is kept."""
    key = (chosen.spec.name, chosen.weights_sha256)
    with _loading:
        if key not in _loaded:
            _loaded.clear()
            _loaded[key] = chosen.load()
        return _loaded[key]


def weight_places() -> Places:
    """Where weights lie."""
    files = {"vgg16": settings.VGG16_WEIGHTS}
    configured = {network: file for network, file in files.items() if file is not None}
    return Places(Path(settings.WEIGHTS_DIR), configured)


def name_to_build() -> str:
    """The configured embedder; `auto` means the best whose weights are at hand."""
    return (
        best_available(weight_places()) if settings.EMBEDDER == "auto" else str(settings.EMBEDDER)
    )


def name_served() -> str:
    """The embedder whose index is live: the configured one; `auto`, the best with an index."""
    if settings.EMBEDDER != "auto":
        return str(settings.EMBEDDER)
    names = dict.fromkeys((*PREFERRED, *EMBEDDERS))
    return next((name for name in names if index_path(name).exists()), PREFERRED[-1])


def approximate() -> bool:
    """Whether the neighbours of large catalogues need not be exact."""
    return bool(settings.ANN)
