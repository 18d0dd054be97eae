"""Settings of ours that another Django project need not make."""

from pathlib import Path
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    "EMBEDDER": "auto",
    "RUNTIME": "auto",
    "VGG16_WEIGHTS": None,
    "ANN": False,
    "SQLITE_FILE": None,  # it makes its database itself
    "SCRAPE_USER_AGENT": "Lookalike/0.1 (+visual similarity)",
    "SCRAPE_PAUSE_SECONDS": 0.5,
    "SCRAPE_MAX_PAGES": 20_000,
    "SCRAPE_MAX_PRODUCTS": 200_000,
    "SCRAPE_ALLOW_LOOPBACK": False,
    "HTTPS": False,
    "API_KEYS_REQUIRED": False,
    "API_RATE": 0,
    "API_KEY_RATE": 0,
    "PICTURE_BY_URL": True,
    "MAP_MAX_PRODUCTS": 20_000,
}


def set_defaults() -> None:
    """Gives each setting that is not made its default; data lie in `var` beside the project."""
    base = Path(getattr(settings, "BASE_DIR", Path.cwd()))
    beside = {"VAR_DIR": base / "var", "WEIGHTS_DIR": base / "var" / "weights"}
    for name, value in (DEFAULTS | beside).items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    settings.STORAGES.setdefault("pictures", {"BACKEND": "catalog.pictures.PictureFiles"})
