"""What is known of a network: its shape, how it is shown pictures, where its weights come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from recommender.embedders.contract import EmbedderSpec
from recommender.embedders.graph import Graph
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.runtimes import (
    Runtime,
    chosen_runtime,
    make_runtime,
    precisions_of,
)
from recommender.embedders.weights.source import Places, WeightSource


class Prepared(NamedTuple):
    """A network that can be loaded: the hash of its weights, and the way to do it."""

    weights_sha256: str
    load: Callable[[], Runtime]


class PictureNetwork(Protocol):
    """Ours, or a user's own: what it sees, the embedders that it gives, and the way to one."""

    @property
    def name(self) -> str: ...

    @property
    def preprocessing(self) -> Preprocessing: ...

    @property
    def precisions(self) -> tuple[str, ...]:
        """What it can be computed in, if the processor can; float32 first."""
        ...

    def specs(self) -> list[EmbedderSpec]:
        """What its embedders' vectors mean."""
        ...

    def available(self, spec: EmbedderSpec, places: Places) -> bool:
        """Whether the weights of one of them are on this machine."""
        ...

    def prepare(self, spec: EmbedderSpec, places: Places, runtime: str) -> Prepared:
        """One of them, not loaded yet, to be computed in the spec's precision.

        Raises EmbedderError, which says how to get it.
        """
        ...


@dataclass(frozen=True)
class Cut:
    """One embedder of a network: the layer whose output is the vector, and its parts, if any."""

    embedder: str
    layer: str
    dimension: int
    description: str
    parts: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Network:
    """A network, and the embedders that it gives."""

    name: str
    graph: Graph
    preprocessing: Preprocessing
    cuts: tuple[Cut, ...]
    source: WeightSource

    def specs(self) -> list[EmbedderSpec]:
        """What its embedders' vectors mean."""
        source = self.source
        return [
            EmbedderSpec(
                name=cut.embedder,
                layer=cut.layer,
                dimension=cut.dimension,
                preprocessing=self.preprocessing.id,
                trained=source.trained,
                description=cut.description,
                network=self.name,
                origin=source.origin,
                licence=source.licence,
                parts=cut.parts,
            )
            for cut in self.cuts
        ]

    @property
    def precisions(self) -> tuple[str, ...]:
        return precisions_of(self.graph)

    def available(self, spec: EmbedderSpec, places: Places) -> bool:
        """Whether the weights of one of them are on this machine."""
        return self.source.available(self.graph.cut(spec.layer), places)

    def prepare(self, spec: EmbedderSpec, places: Places, runtime: str) -> Prepared:
        """One of its embedders, to be computed by `runtime`. Raises EmbedderError."""
        needed = self.graph.cut(spec.layer)
        computed_by = chosen_runtime(runtime, needed, spec.precision)
        weights = self.source.find(self.graph, needed, places)
        return Prepared(
            weights.sha256,
            lambda: make_runtime(
                computed_by, needed, weights.read(), self.preprocessing, spec.precision
            ),
        )
