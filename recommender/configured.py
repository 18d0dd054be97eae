"""Which embedder the settings ask for: to build with, to serve, to show without a download."""

from collections.abc import Callable

from django.conf import settings

from recommender.embedders.choice import ChosenEmbedder, choose
from recommender.embedders.networks.weights import weights_at_hand
from recommender.embedders.registry import EMBEDDERS
from recommender.places import index_path


def embedder_to_build(name: str = "", download: Callable[[], str] | None = None) -> ChosenEmbedder:
    """What a build embeds with: `name`, else the configured embedder.

    Raises EmbedderError when it cannot be had.
    """
    chosen = name or name_to_build()
    return choose(chosen, settings.VGG16_WEIGHTS, download)


def name_to_build() -> str:
    """The configured embedder; `auto` means vgg16."""
    return "vgg16" if settings.EMBEDDER == "auto" else str(settings.EMBEDDER)


def name_at_hand() -> str:
    """The best embedder that needs no download: what the demo takes unless it is told."""
    chosen = name_to_build()
    if settings.EMBEDDER != "auto" or chosen != "vgg16" or weights_at_hand(settings.VGG16_WEIGHTS):
        return chosen
    return "vgg16-untrained"


def name_served() -> str:
    """The embedder whose index is live: the configured one; `auto`, the best with an index."""
    if settings.EMBEDDER != "auto":
        return str(settings.EMBEDDER)
    return next((name for name in EMBEDDERS if index_path(name).exists()), "vgg16")
