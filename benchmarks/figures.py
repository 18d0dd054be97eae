"""One way for all benchmarks to say a figure: printed for people, kept for `compare`."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

# Set by `python -m benchmarks`: where figures are kept, one JSON object a line, and whose they are.
KEEP_AT, BENCHMARK = "BENCHMARK_FIGURES", "BENCHMARK_NAME"
QUARTILES = 1 / 4, 1 / 2, 3 / 4

Values = float | Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Spread:
    """The median of repeated measurements and their middle half."""

    median: float
    low: float
    high: float
    repeats: int

    @classmethod
    def of(cls, values: Values) -> Self:
        measured = np.atleast_1d(np.asarray(values, np.float64))
        low, median, high = (float(one) for one in np.quantile(measured, QUARTILES))
        return cls(median, low, high, len(measured))


@dataclass(frozen=True)
class Peer:
    """What a figure stands beside; `ratio` is the figure's by the peer's.

    Where both were measured in turn, equally often, it is the spread of the pairs' ratios.
    """

    name: str
    value: Spread
    ratio: Spread

    @classmethod
    def of(cls, name: str, ours: Values, theirs: Values) -> Self:
        return cls(name, Spread.of(theirs), _ratio(ours, theirs))


@dataclass(frozen=True)
class Figure:
    """`unit` is `s`, `ms`, `MB`, `… a second`, `share` (of 1), or what is counted."""

    benchmark: str
    name: str
    unit: str
    value: Spread
    peers: tuple[Peer, ...] = ()

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """The opposite of `dataclasses.asdict`."""
        peers = (
            Peer(one["name"], Spread(**one["value"]), Spread(**one["ratio"]))
            for one in kept["peers"]
        )
        value = Spread(**kept["value"])
        return cls(kept["benchmark"], kept["name"], kept["unit"], value, tuple(peers))

    def here(self) -> str:
        """The value in its unit."""
        return written(self.value.median, self.unit)

    def beside(self) -> str:
        """Its peers, with the ratio to each."""
        return "; ".join(
            f"{written(peer.ratio.median)} × {peer.name}, {written(peer.value.median, self.unit)}"
            for peer in self.peers
        )

    def __str__(self) -> str:
        low, high = self.value.low, self.value.high
        span = f" ({written(low)} to {written(high)})" if self.value.repeats > 2 else ""
        beside = self.beside()
        return f"{self.name}: {self.here()}{span}" + (f"; {beside}" if beside else "")


def figure(
    name: str, values: Values, unit: str, beside: Mapping[str, Values] | None = None
) -> None:
    """Prints a figure beside its peers, and keeps it where a run asks for that.

    `values` are in `unit`, one for each repetition; `beside` has those of each peer, in the same
    unit.
    """
    peers = tuple(Peer.of(peer, values, theirs) for peer, theirs in (beside or {}).items())
    found = Figure(os.environ.get(BENCHMARK, ""), name, unit, Spread.of(values), peers)
    print(found, flush=True)
    if KEEP_AT in os.environ:
        with Path(os.environ[KEEP_AT]).open("a") as file:
            file.write(json.dumps(asdict(found)) + "\n")


def written(value: float, unit: str = "") -> str:
    """Three digits and the unit: 0.0251 s, 14.3 pictures a second, 4,244 lists, .804 of a share."""
    if unit == "share":
        return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"
    whole = math.floor(math.log10(abs(value))) + 1 if value else 3
    text = f"{value:,.{max(0, 3 - whole)}f}" if not value.is_integer() else f"{value:,.0f}"
    return f"{text} {unit}".strip()


def _ratio(ours: Values, theirs: Values) -> Spread:
    upper, lower = np.atleast_1d(ours), np.atleast_1d(theirs)
    if len(upper) == len(lower):
        return Spread.of([float(one) for one in np.divide(upper, lower)])
    one, other = Spread.of(ours), Spread.of(theirs)
    least = min(one.repeats, other.repeats)
    return Spread(one.median / other.median, one.low / other.high, one.high / other.low, least)
