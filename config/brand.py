"""The settings of how the site looks, checked loudly: the shop's name, its logo, its colour."""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from PIL import Image, UnidentifiedImageError

from config.env import env, env_file
from runs.variables import default_of

LONGEST_NAME = 60
LOGO_KINDS = {".svg", ".png", ".webp", ".jpg", ".jpeg", ".gif"}
MAX_BYTES = 200_000


def env_name(variable: str) -> str:
    """A name on one line from the variable."""
    name = str(env.str(variable, "")).strip() or str(default_of(variable))
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise ImproperlyConfigured(
            f"{variable}: write at most {LONGEST_NAME} characters, on one line."
        )
    return name


def env_colour(variable: str) -> str:
    """A colour as #rrggbb, from #rgb or #rrggbb in the variable; nothing without one."""
    colour = env.str(variable, "").strip().lower()
    if not colour:
        return ""
    if not re.fullmatch(r"#(?:[0-9a-f]{3}){1,2}", colour):
        raise ImproperlyConfigured(f"{variable}={colour!r}: write it as #rrggbb, such as #8a1538.")
    digits = colour[1:]
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(2 * digit for digit in digits)


def env_logo(variable: str) -> Path | None:
    """A picture that browsers show, small enough for every page, from the file in the variable."""
    path = env_file(variable)
    if path is None:
        return None
    if path.suffix.lower() not in LOGO_KINDS:
        kinds = ", ".join(sorted(LOGO_KINDS))
        raise ImproperlyConfigured(f"{variable}={path}: name a picture that ends in {kinds}.")
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise ImproperlyConfigured(
                f"{variable}={path}: it has {len(data):,} bytes; at most {MAX_BYTES:,} are taken."
            )
        _require_a_picture(path, data)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        raise ImproperlyConfigured(f"{variable}={path}: cannot be read ({error}).") from error
    return path


def _require_a_picture(path: Path, data: bytes) -> None:
    """Raises ValueError or OSError for what is none."""
    if path.suffix.lower() != ".svg":
        with Image.open(path) as picture:
            picture.load()
    elif b"<svg" not in data:
        raise ValueError("there is no <svg> in it")
