"""Settings that name what is not there, told by `manage.py check` and before every command."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from catalog import pictures
from runs.system_checks import OURS


@register(OURS)
def folders_can_be_written(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """catalog.E001: MEDIA_ROOT or VAR_DIR is no folder of ours."""
    return [
        Error(
            f"{name}={folder} cannot be written.",
            hint=f"Set {name} to a folder that this account may write.",
            id="catalog.E001",
        )
        for name, folder in (("MEDIA_ROOT", settings.MEDIA_ROOT), ("VAR_DIR", settings.VAR_DIR))
        if folder and not _can_be_written(Path(folder))
    ]


@register(OURS)
def pictures_have_a_folder(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """catalog.E002: neither MEDIA_ROOT nor the storage of pictures names a folder."""
    kept = pictures.storage()
    if not isinstance(kept, pictures.PictureFiles) or kept.base_location:
        return []
    hint = pictures.NO_FOLDER_HINT
    return [Error("There is no folder for pictures.", hint=hint, id="catalog.E002")]


def _can_be_written(folder: Path) -> bool:
    """Whether it is a folder that may be written, or could be made."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
