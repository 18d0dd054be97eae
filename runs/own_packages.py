"""Whether a project has packages of its own that are called as ours are, and so hide them."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import ImproperlyConfigured

from runs import system_checks

# Each needs those before it.
OURS = ("runs", "catalog", "recommender", "web")
HINT = (
    "Run Lookalike as a site of its own, and show its look-alikes by the API or the widget "
    "(docs/embed.md); or rename your package."
)


def hidden() -> list[str]:
    """Those of our packages in whose place Python finds another."""
    return [name for name in OURS if not _is_ours(name)]


def _is_ours(name: str) -> bool:
    spec = find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(__file__).parents[1] / name in [Path(place) for place in places]


def require_ours() -> None:
    """Raises ImproperlyConfigured where an app of ours needs a package that is hidden."""
    names = {config.name for config in apps.get_app_configs() if _is_ours(config.name)}
    last = max((OURS.index(name) for name in names if name in OURS), default=0)
    if needed := [name for name in hidden() if OURS.index(name) < last]:
        raise ImproperlyConfigured(f"{_sentence(needed[0])} {HINT}")


@register(system_checks.OURS)
def packages_are_ours(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """runs.W001: a package of the project hides one of ours that no installed app needs."""
    return [Warning(_sentence(name), hint=HINT, id="runs.W001") for name in hidden()]


def _sentence(name: str) -> str:
    return f"Lookalike's package {name} is hidden by another {name} of this project."
