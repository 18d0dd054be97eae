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
from urllib.parse import parse_qsl

import environ
from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import ImproperlyConfigured
from filelock import FileLock

from config import dotenv
from config.addresses import checked
from runs.files import make_private, put_in_place

BASE_DIR = Path(__file__).resolve().parent.parent
# A host in settings: a name, in brackets an address, or * for any.
_HOST = re.compile(r"\*|\.?[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")
_SITE = re.compile(
    r"null|[a-z][a-z0-9+.-]*://(?:\*\.)?(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?"
)
DATABASES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
MEMORY = ":memory:"
_FLAGS = ("atomic_requests", "autocommit", "disable_server_side_cursors", "conn_health_checks")
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
    is_file = re.match(r"sqlite:(///[^?#]|//:memory:$)", url)
    scheme, sign, _rest = url.partition("://")
    if not sign or scheme not in DATABASES or (scheme == "sqlite" and not is_file):
        raise wrong
    _require_options(name, url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the error says it
        database = dict(env.db_url_config(url if is_file else checked(name, url)))
    if not database["NAME"] or (database["NAME"] == MEMORY and url != f"sqlite://{MEMORY}"):
        raise wrong
    return database


def _require_options(name: str, url: str) -> None:
    """Raises ImproperlyConfigured for what stands behind the ? and would be passed over."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    if options and url.startswith("sqlite:"):
        raise ImproperlyConfigured(f"{name}: a file of SQLite takes no options; leave out ?….")
    for option, value in options.items():
        is_age, is_flag = option.lower() == "conn_max_age", option.lower() in _FLAGS
        if is_age and not re.fullmatch(r"\d{1,9}|None", value):
            raise ImproperlyConfigured(f"{name}: {option} is a whole number of seconds, or None.")
        if is_flag and value not in ("True", "False"):
            raise ImproperlyConfigured(f"{name}: {option} is True or False.")


def env_cache(name: str, default: str) -> dict[str, Any]:
    """The cache that the URL in variable `name` tells, as in redis://user:password@host/0."""
    url = checked(name, env.str(name, "") or default)
    if url.partition(":")[0] not in env.CACHE_SCHEMES:
        raise ImproperlyConfigured(f"{name}: expected locmemcache:// or redis://host:6379/0.")
    return dict(env.cache_url_config(url))


def env_list(name: str) -> list[str]:
    """The values between the commas in variable `name`, without the blanks around them."""
    return [value for part in env.str(name, "").split(",") if (value := part.strip())]


def env_hosts(name: str, default: Sequence[str] = ()) -> list[str]:
    """Names of hosts from variable `name`, as in shop.example,.shop.example; or a loud error."""
    hosts = env_list(name)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"{name}: {host!r} is no host's name. Write it without https://, port and path, "
                "as in shop.example,.shop.example"
            )
    return hosts or list(default)


def env_sites(name: str) -> list[str]:
    """Sites such as https://shop.example from variable `name`; or a loud error."""
    sites = [site.rstrip("/").lower() for site in env_list(name)]
    for site in sites:
        if not _SITE.fullmatch(site):
            raise ImproperlyConfigured(
                f"{name}: {site!r} is no site. Write scheme and host alone, as in "
                "https://shop.example"
            )
    return sites


def env_origins(name: str) -> tuple[list[str], bool]:
    """Sites as in env_sites, or "null"; and whether the variable says "*", for all."""
    return ([], True) if env_list(name) == ["*"] else (env_sites(name), False)


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
