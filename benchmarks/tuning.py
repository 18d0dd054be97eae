"""What `tune` gains on photos that it has not learnt from.

`python -m benchmarks.tuning FOLDER`: as benchmarks.looks, and products.csv says which photos
are for training (`split`). Strengths are chosen inside these, the map is learnt from them, and
the others ask, among all; copies of others still ask for their originals. With `--keep DIR` what
is embedded stays there, and a second run takes a minute or two.
"""

import argparse
import csv
import os
from pathlib import Path

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks.figures import figure  # noqa: E402
from benchmarks.looks import ASKING, K, Photos, projections, run_on_photos  # noqa: E402
from recommender.building.altered_copies import HELD_OUT, LEARNT  # noqa: E402
from recommender.building.embedded_copies import copies_of, embed_copies, features_of  # noqa: E402
from recommender.building.fitting import sample_of  # noqa: E402
from recommender.evaluation.labels import Labels  # noqa: E402
from recommender.evaluation.measures import found_first, precision, times_shown  # noqa: E402
from recommender.index.distances import squared_norms  # noqa: E402
from recommender.index.metrics import Metric  # noqa: E402
from recommender.index.neighbours import all_lists  # noqa: E402
from recommender.index.projection import Projection  # noqa: E402
from recommender.tuning.choosing import GUARDED, Exam, Trial, best, trials  # noqa: E402
from recommender.tuning.knowledge import NothingToLearn, held_out, lesson_in  # noqa: E402
from recommender.tuning.separating import Lesson, mapped, tuned  # noqa: E402

# What stands in for `tune`, `tune --never-shown 20` and `tune --most-precise`.
MODES = {"tuned": (None, False), "never shown 20 %": (0.2, False), "most precise": (None, True)}
KINDS = (*LEARNT, *HELD_OUT)
FEW = 5


class Asked:
    """The photos, which of them are for training, and copies of some."""

    def __init__(self, photos: Photos, folder: Path) -> None:
        self.photos, self.features = photos, photos.features
        with (folder / "products.csv").open(newline="") as file:
            split = {row["item_id"]: row["split"] for row in csv.DictReader(file)}
        names = [photos.path_of(content_hash).stem for content_hash in photos.hashes]
        self.train = np.array([split[name] == "train" for name in names])
        start = len(sample_of(photos.hashes))
        self.altered = np.arange(len(photos.hashes))[start : start + ASKING]
        hashes = [photos.hashes[row] for row in self.altered]
        copies = copies_of(hashes, KINDS)
        embed_copies(photos.copies, copies, photos.chosen.load, photos.read)
        found = features_of(photos.copies, copies)
        every = np.stack([found[one] for one in hashes])
        self.copies = {kind.name: every[:, place] for place, kind in enumerate(KINDS)}

    def strengths(self, base: Projection, lesson: Lesson) -> list[Trial]:
        """All of them, tried on a fifth of the training photos."""
        asked = held_out(lesson, seed=0)
        copies = {kind: mapped(base, self.copies[kind]) for kind in GUARDED}
        vectors = mapped(base, self.features)
        exam = Exam(vectors, self.photos.labels, asked, self.altered, copies)
        rest = np.setdiff1d(np.arange(len(vectors)), asked)
        return list(trials(exam, lesson.among(rest)))

    def measure_all(self, base: Projection) -> None:
        labels = np.where(self.train, self.photos.labels, -1)
        lesson, _ = lesson_in(_labels(labels))
        found = self.strengths(base, lesson)
        self.measure("not tuned", base)
        for name, (never_shown, any_loss) in MODES.items():
            strength = best(found, never_shown, any_loss)
            one = tuned(base, self.features, lesson, strength.shrinkage, strength.separation)
            chosen = f"separation {strength.separation:g}, shrinkage {strength.shrinkage:g}"
            print(f"{name}: {chosen}")
            self.measure(name, one)
        print(f"{FEW} labels a category: {self.few(labels)}", flush=True)

    def few(self, labels: np.ndarray) -> str:
        """What becomes of a shop that has labelled FEW of each category only."""
        few = np.full(len(labels), -1)
        for code in set(labels[self.train]):
            rows = np.flatnonzero(labels == code)[:FEW]
            few[rows] = code
        try:
            lesson_in(_labels(few))
        except NothingToLearn as error:
            return f"not tuned. {error}"
        return "tuned"

    def measure(self, name: str, projection: Projection) -> None:
        """The figures of the photos that were not learnt from."""
        vectors, labels = projection(self.features), self.photos.labels
        queries = np.flatnonzero(~self.train)
        every = all_lists(vectors, squared_norms(vectors), K)
        for metric, lists in every.items():
            hits = precision(lists.rows[queries], labels, queries, K)
            macro = np.mean([np.nanmean(hits[labels[queries] == one]) for one in set(labels)])
            figure(f"{name}: P@5 by category, {metric}", float(np.nanmean(hits)), "share")
            figure(f"{name}: mean of the categories' P@5, {metric}", float(macro), "share")
        shown = times_shown(every[Metric.COSINE].rows, len(vectors))
        figure(f"{name}: never shown", float((shown == 0).mean()), "share of products")
        for kind, copies in self.copies.items():
            rows = np.arange(len(vectors))
            first = found_first(vectors, projection(copies), self.altered, rows).mean()
            found = f"{name}: copies that found their originals first, {kind}"
            figure(found, float(first), "share")


def _labels(codes: np.ndarray) -> Labels:
    names = tuple(str(code) for code in range(int(codes.max()) + 1))
    return Labels(codes, np.full(len(codes), -1), names)


def measure(photos: Photos, options: argparse.Namespace) -> None:
    base = next(one for name, one in projections(photos) if name.startswith("with a map"))
    asked = Asked(photos, options.folder)
    print(f"{len(photos.hashes)} photos, {int(asked.train.sum())} to learn from")
    asked.measure_all(base)


def main() -> None:
    run_on_photos(argparse.ArgumentParser(description=__doc__), measure)


if __name__ == "__main__":
    main()
