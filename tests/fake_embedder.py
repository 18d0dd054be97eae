"""A deterministic embedder that costs nothing: the mean colours of a 4×4 grid."""

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from recommender.embedders import registry
from recommender.embedders.contract import EmbedderSpec, Seen, UndecodablePicture

SPEC = EmbedderSpec("fake", "grid", 48, "rgb-4", True, "a fake for tests", "fake")
# The same in two parts, so that it has a projection.
SPEC_WITH_PARTS = replace(SPEC, layer="grid+grid", parts=((36, 1.0), (12, 0.6)))


@dataclass
class FakeEmbedder:
    spec: EmbedderSpec = SPEC
    weights_sha256: str = "0" * 64
    pause: float = 0.0
    embedded: int = 0

    def decode(self, data: bytes) -> np.ndarray:
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return np.asarray(picture.convert("RGB").resize((4, 4), Image.Resampling.BOX))
        except OSError as error:
            raise UndecodablePicture(str(error)) from error

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        time.sleep(self.pause * len(pictures))
        self.embedded += len(pictures)
        return np.stack(pictures).reshape(len(pictures), -1).astype(np.float32)

    def embed_with_places(self, pictures: Sequence[np.ndarray]) -> Seen:
        """The grid itself is the places."""
        return Seen(self.embed(pictures), {"grid": np.stack(pictures).astype(np.float32)})


@dataclass
class FakeSource:
    """Stands in for a ChosenEmbedder; remembers the embedder that it handed out."""

    spec: EmbedderSpec = SPEC
    weights_sha256: str = "0" * 64
    pause: float = 0.0
    loaded: list[FakeEmbedder] = field(default_factory=list)

    def load(self) -> FakeEmbedder:
        embedder = FakeEmbedder(self.spec, self.weights_sha256, self.pause)
        self.loaded.append(embedder)
        return embedder

    @property
    def embedded(self) -> int:
        return sum(embedder.embedded for embedder in self.loaded)


def register() -> None:
    """Makes `fake` a known embedder for the rest of the process."""
    registry.EMBEDDERS["fake"] = SPEC
