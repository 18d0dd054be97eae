"""What two layers, a projection and its map do for look-alikes, measured on photos.

`python -m benchmarks.looks FOLDER`: FOLDER/products.csv has item_id and category; the photos lie at
FOLDER/<category>/<item_id>.jpg. All are each other's neighbours. The map is learnt from 500 of
them; copies of 400 others ask for their originals, of kinds that it was learnt from and of kinds
that it was not. With `--keep DIR` what is embedded stays there, and a second run takes seconds;
`--write-centre` makes the centre that comes with the program.
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.common import temporary_folder
from benchmarks.figures import figure
from catalog.thumbnails import make_picture
from recommender.building.ahead import ahead, batches
from recommender.building.altered_copies import HELD_OUT, LEARNT
from recommender.building.checkpoints import SHARD, Checkpoint
from recommender.building.embedded_copies import copies_of, embed_copies, features_of
from recommender.building.fitting import SHRINKAGE, centre_path, learnt, sample_of
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from recommender.evaluation.measures import found_first, precision
from recommender.index.distances import squared_norms
from recommender.index.neighbours import all_lists
from recommender.index.projection import Projection, Provenance, mean_of
from runs.files import replace_file, sha256_of

ASKING, K = 400, 5


class Photos:
    """The photos as the catalogue keeps them, by content hash, and what the network gives."""

    def __init__(self, folder: Path, keep: Path) -> None:
        self.chosen = choose("efficientnet-lite2", Places(Path("nowhere")), "ncnn")
        self._store = Checkpoint(keep / "features", self.chosen.spec.dimension)
        self.copies = Checkpoint(keep / "copies", self.chosen.spec.dimension)
        with (folder / "products.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        names = [(row["category"], f"{row['item_id']}.jpg") for row in rows]
        kept = list(ahead(lambda name: _picture(folder.joinpath(*name), keep), names, 32))
        by_hash = {sha256_of(path.read_bytes()): number for number, path in enumerate(kept)}
        self.hashes = sorted(by_hash)
        self._paths = {content_hash: kept[number] for content_hash, number in by_hash.items()}
        categories = np.array([category for category, _ in names])
        self.labels = np.unique(
            categories[[by_hash[one] for one in self.hashes]], return_inverse=True
        )[1]

    def path_of(self, content_hash: str) -> Path:
        return self._paths[content_hash]

    def read(self, content_hash: str) -> bytes:
        return self.path_of(content_hash).read_bytes()

    @cached_property
    def features(self) -> np.ndarray:
        """(n, d) float32, in the order of the hashes."""
        known = self._store.hashes()
        missing = [one for one in self.hashes if one not in known]
        if missing:
            embedder = self.chosen.load()
            pixels = ahead(lambda one: (one, embedder.decode(self.read(one))), missing, 3 * SHARD)
            for batch in batches(pixels, SHARD):
                hashes, pictures = zip(*batch, strict=True)
                self._store.add(list(hashes), embedder.embed(pictures))
        found = {
            h: v
            for hashes, vectors in self._store.shards()
            for h, v in zip(hashes, vectors, strict=True)
        }
        return np.stack([found[content_hash] for content_hash in self.hashes])


def _picture(path: Path, keep: Path) -> Path:
    kept = keep / "pictures" / path.name
    if not kept.exists():
        replace_file(kept, make_picture(path.read_bytes()))
    return kept


def projections(photos: Photos) -> Iterator[tuple[str, Projection]]:
    """What is compared with what: one layer alone, two, and two with maps."""
    spec, features = photos.chosen.spec, photos.features
    parts = spec.parts
    about = Provenance(spec.name, spec.layer, photos.chosen.weights_sha256, parts, len(features))
    both = Projection(about, mean_of(features, parts))
    yield "two layers", both
    sample = sample_of(photos.hashes)
    if not sample:
        return
    copies = copies_of(sample)
    embed_copies(photos.copies, copies, photos.chosen.load, photos.read)
    originals = dict(zip(photos.hashes, features, strict=True))
    altered = features_of(photos.copies, copies)
    for shrinkage in (SHRINKAGE, 30.0):
        yield f"with a map, a = {shrinkage:g}", learnt(both, originals, altered, shrinkage)


def measure(photos: Photos, name: str, projection: Projection, asking: np.ndarray) -> None:
    """The figures of one projection."""
    vectors, every = projection(photos.features), np.arange(len(photos.features))
    for metric, lists in all_lists(vectors, squared_norms(vectors), K).items():
        hits = precision(lists.rows, photos.labels, every, K)
        macro = np.mean([np.nanmean(hits[photos.labels == one]) for one in set(photos.labels)])
        figure(f"{name}: P@5 by category, {metric}", float(np.nanmean(hits)), "share")
        figure(f"{name}: mean of the categories' P@5, {metric}", float(macro), "share")
    for kind in (*LEARNT, *HELD_OUT):
        copies = copies_of([photos.hashes[row] for row in asking], [kind])
        altered = features_of(photos.copies, copies)
        query = projection(np.concatenate([altered[photos.hashes[row]] for row in asking]))
        first = float(found_first(vectors, query, asking, every).mean())
        figure(f"{name}: copies that found their originals first, {kind.name}", first, "share")


def measure_all(photos: Photos) -> None:
    asking = np.arange(len(photos.hashes))[len(sample_of(photos.hashes)) :][:ASKING]
    copies = copies_of([photos.hashes[row] for row in asking], (*LEARNT, *HELD_OUT))
    embed_copies(photos.copies, copies, photos.chosen.load, photos.read)
    print(f"{len(photos.hashes)} photos; copies of {len(asking)} ask")
    for name, projection in projections(photos):
        measure(photos, name, projection, asking)


def write_centre(photos: Photos) -> None:
    """The mean that small catalogues are centred by, for these weights alone."""
    chosen = photos.chosen
    path = centre_path(chosen.spec.name, chosen.weights_sha256)
    path.parent.mkdir(exist_ok=True)
    np.save(path, mean_of(photos.features, chosen.spec.parts))
    print(path)


def run_on_photos(
    parser: argparse.ArgumentParser, work: Callable[[Photos, argparse.Namespace], None]
) -> None:
    """Asks for the photos, and for `--keep`, besides what the parser knows; says so without any."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/photos"))
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args()
    if not (options.folder / "products.csv").is_file():
        print(f"Left out: there are no photos in {options.folder} (tests/photos/README.md).")
        return
    with temporary_folder() as own:
        work(Photos(options.folder, options.keep or own), options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write-centre", action="store_true")
    run_on_photos(
        parser,
        lambda photos, given: (write_centre if given.write_centre else measure_all)(photos),
    )


if __name__ == "__main__":
    main()
