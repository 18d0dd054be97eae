"""How settings are read from the environment and `.env`: each kind of value, checked loudly.

A wrong value stops the program and names the variable.
"""

import os
import re
import secrets
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import ImproperlyConfigured
from filelock import FileLock

from config import dotenv
from config.addresses import checked
from runs.files import make_private, put_in_place

BASE_DIR = Path(__file__).resolve().parent.parent
YES, NO = ("true", "on", "yes", "y", "ok", "1"), ("false", "off", "no", "n", "0")


class Environment(environ.Env):
    """Takes each value as it is written: one that begins with $ names no other variable."""

    asked: set[str] = set()  # noqa: RUF012 – one environment, one list

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **more: Any
    ) -> Any:
        self.asked.add(var)
        if (value := os.environ.get(var, "")).startswith("$"):
            return self.parse_value(value, cast)
        return super().get_value(var, cast=cast, default=default, **more)


DOTENV = BASE_DIR / ".env"
env = Environment()
# The names that `.env` sets, each with its line.
WRITTEN = dotenv.load(DOTENV) if DOTENV.is_file() else {}
# Read elsewhere: by gunicorn, Keras and the processes that the demo starts.
READ_ELSEWHERE = {"BIND", "GUNICORN_CMD_ARGS", "KERAS_HOME", "LOOKALIKE_DEMO"}


@register
def names_are_those_of_settings(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """config.W001: `.env` has a name that no setting has, and one has nearly."""
    known = env.asked | READ_ELSEWHERE
    return [
        Warning(
            f"{DOTENV}, line {WRITTEN[name]}: there is no setting {name}; it changes nothing.",
            hint=f"Did you mean {meant}?",
            id="config.W001",
        )
        for name, meant in dotenv.slips(WRITTEN, known).items()
    ]


def env_flag(name: str, default: bool) -> bool:
    """True or False from variable `name`, or a loud error: what is half understood is not No."""
    value = env.str(name, "").lower()
    if value and value not in (*YES, *NO):
        raise ImproperlyConfigured(f"{name}={value!r}: write True or False.")
    return value in YES if value else default


def env_path(name: str, default: Path) -> Path:
    """The path in variable `name`; a relative one is taken from the project's root."""
    return (BASE_DIR / (env.str(name, "") or default)).resolve()


def env_file(name: str) -> Path | None:
    """The path in variable `name`, as env_path takes it; None where there is none."""
    return env_path(name, Path()) if env.str(name, "") else None


def env_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    """One of `choices` from variable `name`, or a loud error."""
    value = env.str(name, "") or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}: choose one of {', '.join(choices)}.")
    return value


def env_number(name: str, default: float, minimum: float) -> float:
    """A number of at least `minimum` from variable `name`, or a loud error."""
    text = env.str(name, "") or str(default)
    try:
        value = float(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text!r} is not a number.") from None
    if not value >= minimum:
        raise ImproperlyConfigured(f"{name}={text!r}: must be at least {minimum:g}.")
    return value


def env_count(name: str, default: int) -> int:
    """A whole number from variable `name`, 0 or more."""
    value = env_number(name, default, 0)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value}: must be a whole number.")
    return int(value)


def env_prefix(name: str) -> str | None:
    """A path such as /look from variable `name`, or a loud error; None where there is none."""
    value = env.str(name, "")
    if value and (not value.startswith("/") or value.endswith("/")):
        raise ImproperlyConfigured(f"{name}={value!r}: must begin with / and not end with it.")
    return value or None


def env_database(name: str, default: Path) -> dict[str, Any]:
    """The database that the URL in variable `name` tells; SQLite in `default` without one."""
    url = env.str(name, "") or f"sqlite:///{default}"
    wrong = ImproperlyConfigured(f"{name}: expected sqlite:///file or postgres://user@host/name.")
    is_file = re.match(r"sqlite:(///|//:memory:$)", url)
    scheme, sign, _rest = url.partition("://")
    if not sign or scheme not in env.DB_SCHEMES or (scheme == "sqlite" and not is_file):
        raise wrong
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the error says it
        database = dict(env.db_url_config(url if is_file else checked(name, url)))
    if not database["NAME"]:
        raise wrong
    return database


def env_cache(name: str, default: str) -> dict[str, Any]:
    """The cache that the URL in variable `name` tells, as in redis://user:password@host/0."""
    url = checked(name, env.str(name, "") or default)
    if url.partition(":")[0] not in env.CACHE_SCHEMES:
        raise ImproperlyConfigured(f"{name}: expected locmemcache:// or redis://host:6379/0.")
    return dict(env.cache_url_config(url))


def env_origins(name: str) -> tuple[list[str], bool]:
    """Sites such as https://shop.example from variable `name`; and whether it says "*", for all."""
    origins = [origin.rstrip("/").lower() for origin in env.list(name, default=[])]
    return ([], True) if origins == ["*"] else (origins, False)


def how_to_open(file: Path) -> str:
    """What SQLite is told of a file: one on a disk that cannot be written changes for nobody.

    Without that, it would want to write its log beside the file, even to read from it.
    """
    log = file.with_name(f"{file.name}-wal")
    can_be_written = os.access(file.parent, os.W_OK) or not file.exists() or log.exists()
    return "mode=rw" if can_be_written else "mode=ro&immutable=1"


def env_admin_path(name: str, default: str) -> str:
    """Where the admin is, as in `office/`, from variable `name`; "" where it says "off"."""
    value = (env.str(name, "") or default).strip("/")
    if value == "off":
        return ""
    if not value.replace("-", "").replace("_", "").replace("/", "").isalnum():
        raise ImproperlyConfigured(f"{name}={value!r}: a path such as office/, or off.")
    return f"{value}/"


def secret_key(var_dir: Path) -> str:
    """`SECRET_KEY`, or one made once and kept, readable by its owner only, in `VAR_DIR`."""
    if key := env.str("SECRET_KEY", ""):
        return key
    path = var_dir / "secret_key"
    try:
        if not has_content(path):
            var_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(var_dir / "secret_key.lock"):  # of two first starts, one makes it
                if not has_content(path):
                    keep_new_key(path)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR={var_dir}: cannot be written ({error}); set SECRET_KEY or VAR_DIR."
        ) from error


def has_content(path: Path) -> bool:
    """Whether a file is there and not empty, as a full disk may have left it."""
    return path.exists() and path.stat().st_size > 0


def keep_new_key(path: Path) -> None:
    """Writes a key that only its owner may read; whole, or not at all."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    make_private(unfinished)
    unfinished.write_text(secrets.token_urlsafe(48))
    put_in_place(unfinished, path)
