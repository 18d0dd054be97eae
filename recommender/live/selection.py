"""Which embedder the settings ask for, and what computes it: to build with, and to serve."""

import threading
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from recommender.embedders.choice import (
    ChosenEmbedder,
    best_available,
    choose,
    precisions_of,
)
from recommender.embedders.contract import BFLOAT16, FLOAT32, Embedder
from recommender.embedders.networks.user_onnx import TextTower, UserOnnxNetwork
from recommender.embedders.registry import EMBEDDERS, NETWORKS, PREFERRED
from recommender.embedders.runtimes import AT_ONCE, AUTO, has_bfloat16
from recommender.embedders.runtimes.text import TextRuntime
from recommender.embedders.weights.source import Places
from recommender.index.file import IndexFileError, load_index
from recommender.live.paths import index_path

# Products up to which LISTS=auto compares all pairs: 4·10¹⁰ of 2,000 numbers take some two hours of
# one core. Beyond, the time grows with the square.
EXACT_UP_TO = 200_000


def embedder_to_build(name: str = "", precision: str = "") -> ChosenEmbedder:
    """What a build embeds with: `name`, else the configured embedder, in the configured precision.

    Raises EmbedderError when it cannot be had.
    """
    name = name or name_to_build()
    precision = precision or precision_to_build(name)
    return choose(name, weight_places(), str(settings.RUNTIME), precision)


def embedder_to_serve(name: str, precision: str) -> ChosenEmbedder:
    """What a picture of one's own is embedded with: the same, by a runtime that starts at once.

    `precision` is that of the index which is asked, whatever the settings say. Raises EmbedderError
    when it cannot be had.
    """
    return choose(name, weight_places(), AT_ONCE, precision)


def precision_to_build(name: str) -> str:
    """What embedder `name` is computed in: as PRECISION says, where the network can.

    `auto` keeps to what its live index was computed in, if this machine can; else float32.
    """
    wanted = str(settings.PRECISION)
    if wanted == AUTO:
        wanted = _precision_of_index(name)
        if wanted == BFLOAT16 and not _can_compute_bfloat16():
            return FLOAT32
    return wanted if wanted in precisions_of(name) else FLOAT32


def _precision_of_index(name: str) -> str:
    if settings.INDEX_ENGINE == "postgres":
        from recommender.engines.postgres.generations import precision_of  # pgvector is an extra

        return precision_of(name) or FLOAT32
    try:
        return load_index(index_path(name)).manifest.precision
    except IndexFileError:
        return FLOAT32


def _can_compute_bfloat16() -> bool:
    return settings.RUNTIME in (AUTO, "openvino") and has_bfloat16()


_loaded: dict[tuple[str, str, str], Embedder] = {}
_loading = threading.Lock()


def loaded(chosen: ChosenEmbedder) -> Embedder:
    """The chosen embedder, running; loaded once a process, and the last one is kept."""
    key = (chosen.spec.name, chosen.weights_sha256, chosen.spec.precision)
    with _loading:
        if key not in _loaded:
            _loaded.clear()
            _loaded[key] = chosen.load()
        return _loaded[key]


def text_tower(embedder: str, weights_sha256: str) -> TextTower | None:
    """The tower for texts of what made an index with these weights.

    None where the network has none, or is another now.
    """
    network = NETWORKS.get(EMBEDDERS[embedder].network) if embedder in EMBEDDERS else None
    if not isinstance(network, UserOnnxNetwork) or network.sha256 != weights_sha256:
        return None
    return network.text


@lru_cache(maxsize=1)
def loaded_tower(embedder: str, tower: TextTower) -> TextRuntime:
    """That tower, running; the last one is kept. Raises EmbedderError."""
    return tower.load(EMBEDDERS[embedder].network, weight_places())


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
    return next((name for name in names if _has_index(name)), PREFERRED[-1])


def _has_index(name: str) -> bool:
    if settings.INDEX_ENGINE != "postgres":
        return index_path(name).exists()
    from recommender.engines.postgres.generations import live_names  # pgvector is an extra

    return name in live_names()


def approximate(count: int) -> bool:
    """Whether the lists of so many products are made without comparing all pairs, by LISTS."""
    wanted = str(settings.LISTS)
    return wanted == "approximate" or (wanted == AUTO and count > EXACT_UP_TO)


def may_be_approximate() -> bool:
    """Whether a live query may read a part of an index whose lists are approximate."""
    return str(settings.LISTS) != "exact"
