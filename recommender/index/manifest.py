"""What made an index's vectors, how many they are, and how they are compared."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Protocol

FORMAT_VERSION = 2
# How the lists came about: all pairs compared, or those within reach of each other's cells.
EXACT, APPROXIMATE = "exact", "approximate"
# Of a manifest: an index that was made before is as good.
ADDED_LATER = ("list_recall", "recall", "search_method", "precision")


class VectorSpec(Protocol):
    """What an index is told of the vectors that it holds; an EmbedderSpec says it."""

    @property
    def name(self) -> str: ...

    @property
    def layer(self) -> str: ...

    @property
    def preprocessing(self) -> str: ...

    @property
    def precision(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def notice(self) -> str: ...


def made_by(spec: VectorSpec) -> tuple[str, str, str, int]:
    """What vectors must have in common to be compared, weights and precision apart."""
    return spec.name, spec.layer, spec.preprocessing, spec.dimension


@dataclass(frozen=True)
class Manifest:
    """What made the vectors, how many they are, and when. Can be written as JSON.

    `projection` is the id of the one that they went through, empty for features as they are.
    `recall`: of the five nearest, the share that is found where not all are compared, as it was
    measured. `search_method`: how an engine finds them; empty for the file's own.
    """

    embedder: str
    layer: str
    weights_sha256: str
    preprocessing: str
    dimension: int
    count: int
    built_at: str
    note: str = ""
    list_method: str = EXACT
    same_threshold: float = 0.0
    similar_threshold: float = 0.0
    projection: str = ""
    list_recall: float = 1.0  # the share of the nearest that they have, as measured
    recall: float = 1.0
    search_method: str = ""
    format_version: int = FORMAT_VERSION
    precision: str = "float32"

    @classmethod
    def of(cls, spec: VectorSpec, weights_sha256: str, note: str = "") -> "Manifest":
        """A manifest for vectors that `spec` makes, built now; the count comes with them.

        Without a `note`, it says where the weights come from, and under which licence.
        """
        built_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(
            spec.name, spec.layer, weights_sha256, spec.preprocessing, spec.dimension, 0,
            built_at, note or spec.notice(), precision=spec.precision,
        )  # fmt: skip

    def is_of(self, spec: VectorSpec) -> bool:
        """Whether the vectors are such as `spec` makes."""
        return self.made_by == made_by(spec)

    @property
    def made_by(self) -> tuple[str, str, str, int]:
        """As `made_by` says it of a spec."""
        return self.embedder, self.layer, self.preprocessing, self.dimension

    @property
    def built(self) -> datetime:
        """When they were made."""
        return datetime.fromisoformat(self.built_at)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """The manifest in `text`; raises ValueError when a field is missing or of another type."""
        values = json.loads(text)
        if not isinstance(values, dict):
            raise ValueError("the manifest is not a JSON object")
        for field in fields(cls):
            wanted: type = field.type if field.type in (int, float) else str
            if field.name in ADDED_LATER:
                values.setdefault(field.name, field.default)
            if type(values.get(field.name)) is not wanted:
                raise ValueError(f"the manifest has no {wanted.__name__} {field.name!r}")
        return cls(**{field.name: values[field.name] for field in fields(cls)})
