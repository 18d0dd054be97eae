"""The neighbour lists of a whole catalogue, made block by block, here or on a cluster.

Each block is kept as it is made: a build that is killed goes on from those that are there. What is
kept is known by the vectors that it was made of.
"""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from recommender.building.workers import Workers
from recommender.index import blocks
from recommender.index.candidates import Scorer
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists, Progress, all_lists


@dataclass(frozen=True)
class ListsInBlocks:
    """Makes all lists as `all_lists` does, by `workers`, and keeps blocks below `folder`."""

    folder: Path
    workers: Workers

    def __call__(
        self, embeddings: np.ndarray, squared: np.ndarray, k: int, progress: Progress | None = None
    ) -> dict[Metric, Lists]:
        """As `all_lists`, bit for bit. Raises OSError and ClusterError; what is made is kept."""
        every = blocks.blocks_of(len(embeddings))
        if len(every) < 2:
            return all_lists(embeddings, squared, k, progress)
        folder = self._folder_of(embeddings, k)
        missing = [block for block in every if blocks.kept(folder, k, block) is None]
        if missing:
            self._make(missing, Scorer(embeddings, squared), folder, k, progress)
        return _gathered(folder, k, every)

    def _folder_of(self, embeddings: np.ndarray, k: int) -> Path:
        """The folder of these lists; those of others, which nobody will finish, go."""
        own = self.folder / blocks.name_of(embeddings, k)
        for folder in self.folder.glob("*"):
            if folder != own:
                shutil.rmtree(folder, ignore_errors=True)
        own.mkdir(parents=True, exist_ok=True)
        return own

    def _make(
        self,
        missing: list[blocks.Block],
        scorer: Scorer,
        folder: Path,
        k: int,
        progress: Progress | None,
    ) -> None:
        count = len(scorer.embeddings)
        done = count - sum(block.stop - block.start for block in missing)
        if self.workers.are_elsewhere:
            blocks.share(scorer, folder)
            work = partial(blocks.keep_shared, folder, k)
        else:
            work = partial(blocks.keep, scorer, folder, k)
        for block, _ in self.workers.each(work, missing):
            done += block.stop - block.start
            if progress:
                progress(done, count)

    def clear(self) -> None:
        """Removes what is kept: it stands in the live index now."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _gathered(folder: Path, k: int, every: list[blocks.Block]) -> dict[Metric, Lists]:
    lists = {metric: Lists.empty(every[-1].stop, k) for metric in Metric}
    for block in every:
        if (made := blocks.kept(folder, k, block)) is None:
            raise OSError(f"{block.path(folder)} has gone while the lists were made")
        for metric, part in made.items():
            lists[metric].rows[block.start : block.stop] = part.rows
            lists[metric].distances[block.start : block.stop] = part.distances
    return lists
