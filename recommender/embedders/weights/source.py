"""Where a network's weights come from, whichever network it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from recommender.embedders.graph import Arrays, Graph


@dataclass(frozen=True)
class Places:
    """Where weights may lie: the folder of those kept; by network, a file that settings name."""

    folder: Path
    configured: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """Weights that are at hand: the hash that vectors are marked with, and the way to read them."""

    sha256: str
    read: Callable[[], Arrays]


class WeightSource(Protocol):
    """Where a network's weights come from."""

    @property
    def trained(self) -> bool: ...

    @property
    def origin(self) -> str: ...

    @property
    def licence(self) -> str: ...

    def available(self, needed: Graph, places: Places) -> bool:
        """Whether what `needed` takes is on this machine, as far as a look at the folders tells."""
        ...

    def find(self, whole: Graph, needed: Graph, places: Places) -> Weights:
        """What `needed` takes, a part of the `whole` network.

        Raises EmbedderError, which says how to get it.
        """
        ...
