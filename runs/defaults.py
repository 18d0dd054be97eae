"""Settings of ours that another Django project need not make."""

from pathlib import Path
from typing import Any

from django.conf import settings

from runs.variables import BY_NAME

DEFAULTS: dict[str, Any] = {
    "SQLITE_FILE": None,  # another project makes its database itself
    **{name: variable.default for name, variable in BY_NAME.items() if variable.for_hosts},
}


def set_defaults() -> None:
    """Gives each setting that is not made its default; data lie in `var` beside the project."""
    base = Path(getattr(settings, "BASE_DIR", Path.cwd()))
    beside = {"VAR_DIR": base / "var", "WEIGHTS_DIR": base / "var" / "weights"}
    for name, value in (DEFAULTS | beside).items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    settings.STORAGES.setdefault("pictures", {"BACKEND": "catalog.pictures.PictureFiles"})
