"""How often photos' colours are named as people name them: `python -m benchmarks.colours`.

358 photos of ../shared/photos were named by eye (tests/catalog/colours). Right is a picture whose
first name is one of theirs; the filter's names are all that a picture gets. By most of them the
borders between names were set, so those of the check stand for themselves.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import figure
from catalog.colours.names import NAMES, colour_names
from recommender.building.embedding import embed_batch
from recommender.embedders.choice import choose
from recommender.embedders.runtimes import AUTO
from recommender.embedders.weights.source import Places
from tests.catalog.colours.truth import SHARED, Photo, photos

BATCH = 32
Named = list[tuple[str, ...]]


def main() -> None:
    if not SHARED.is_dir():
        print("No photos at ../shared/photos: nothing is measured.")
        return
    for which, found in (("", photos()), ("; of those that set no border", photos(of_check=True))):
        pictures = [data for _, data in found]
        middle = _print("the middle alone", found, [colour_names(data) for data in pictures])
        seen = _print("where the network looks", found, list(_names_of(pictures)))
        what = f"colours of {len(found)} photos named as people name them, where the network looks"
        figure(what + which, seen, "share", {"in the middle, without a network": middle})


def _names_of(pictures: list[bytes]) -> Iterator[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as nowhere:
        embedder = choose("efficientnet-lite2", Places(Path(nowhere)), AUTO).load()
    for start in range(0, len(pictures), BATCH):
        for picture in embed_batch(embedder, pictures[start : start + BATCH]):
            yield picture.colour_names


def _print(way: str, found: list[Photo], named: Named) -> float:
    """The share of photos that are named right."""
    both = list(zip([colours for colours, _ in found], named, strict=True))
    right = sum(names[0] in colours for colours, names in both) / len(both)
    first = sum(names[0] == colours[0] for colours, names in both) / len(both)
    print(f"{way}: {right:.1%} named right of {len(both)} photos, {first:.1%} by the first name")
    shown = [(colours, name) for colours, names in both for name in names]
    fits = [(name, name in colours) for colours, name in shown]
    print(f"  the filter shows what fits in {_share(fits):.1%}; by colour: ", end="")
    each = ((name, [one for one in fits if one[0] == name]) for name in NAMES)
    print(", ".join(f"{name} {_share(ones):.0%}" for name, ones in each if ones))
    return right


def _share(fits: list[tuple[str, bool]]) -> float:
    return sum(fit for _, fit in fits) / max(1, len(fits))


if __name__ == "__main__":
    main()
