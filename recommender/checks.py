"""Settings of the networks that name what is not there."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from recommender.embedders.registry import EMBEDDERS
from runs.system_checks import OURS


@register(OURS)
def the_embedder_is_known(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """recommender.E002: EMBEDDER names no embedder."""
    if settings.EMBEDDER == "auto" or settings.EMBEDDER in EMBEDDERS:
        return []
    return [
        Error(
            f"EMBEDDER={settings.EMBEDDER!r}: there is no such embedder.",
            hint=f"Choose one of auto, {', '.join(EMBEDDERS)}.",
            id="recommender.E002",
        )
    ]


@register(OURS)
def weights_are_where_they_are_said_to_be(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """recommender.E001: VGG16_WEIGHTS names no file."""
    path = settings.VGG16_WEIGHTS
    if path is None or path.is_file():
        return []
    return [
        Error(
            f"VGG16_WEIGHTS={path}: there is no such file.",
            hint="Name a file of VGG-16's weights, or leave the setting out.",
            id="recommender.E001",
        )
    ]
