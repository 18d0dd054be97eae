"""Nothing good is lost: what is never made live unless the owner insists.

A build that has lost most of its pictures (their folder is not mounted, say), and vectors that
have collapsed: the same, or zero, whatever the picture shows.
"""

from collections.abc import Sequence

import numpy as np

from recommender.errors import SimilarityError
from runs.progress import pluralise

# A new index with a smaller share than this of what was planned, or is live, has lost too much.
PLAUSIBLE = 0.5
# Vectors nearer to each other than this share of their length are nearly alike. Measured: photos
# 0.29 and more, even by an untrained VGG-16 (trained networks 0.36 and more); one picture saved at
# 16 JPEG qualities 0.005 and more; what a network that sees nothing gives, rounding, 1e-5.
ALIKE = 3e-3
# Of fewer pictures it cannot be said whether they should look alike.
FEWEST = 3
FEWEST_ADDED = 8
SAMPLE = 1000


class Refused(SimilarityError):
    """Publishing would have lost something good, so the live index is as it was."""

    leads_to = "If that is as it should be, run:"

    def __init__(self, sentence: str, command: str = "manage.py build_index --force") -> None:
        super().__init__(sentence, command)

    def insisting(self, command: str) -> "Refused":
        """The same, with another command that publishes it all the same."""
        return Refused(self.sentence, command)


def refuse_loss(count: int, planned: int, live: int, left_for_later: int = 0) -> None:
    """Raises Refused for an index of `count` products that should be most of `planned`.

    `live` is how many products the live index has, without those that their owner took out.
    """
    if count < PLAUSIBLE * planned or not count:
        raise Refused(
            f"Only {count} of {pluralise(planned, 'picture')} could be read, so nothing was "
            "published. Are the pictures where MEDIA_ROOT says?"
        )
    if count < PLAUSIBLE * live:
        later = f" ({left_for_later} left for later)" if left_for_later else ""
        raise Refused(
            f"The new index would have {pluralise(count, 'product')}{later}, the live one has "
            f"{live} that were neither removed nor hidden, so nothing was published."
        )


def refuse_collapse(
    hashes: Sequence[str], embeddings: np.ndarray, added: Sequence[str] = ()
) -> None:
    """Raises Refused when most of the (n, d) float32 embeddings of unlike pictures are alike.

    `added` are the content hashes embedded in this run: they alone may be what has collapsed.
    """
    rows = dict(zip(hashes, range(len(hashes)), strict=True))
    new = [rows[content_hash] for content_hash in added if content_hash in rows]
    for chosen, fewest in ((list(rows.values()), FEWEST), (new, FEWEST_ADDED)):
        if len(chosen) >= fewest and (share := share_alike(embeddings, chosen)) > PLAUSIBLE:
            raise Refused(
                f"{share:.0%} of the pictures have nearly the same vector: the network does not "
                "see what they show, so nothing was published."
            )


def share_alike(embeddings: np.ndarray, rows: Sequence[int]) -> float:
    """How many of some rows of (n, d) embeddings are nearly one vector, as a share.

    Where more than half of them are, the median of each component is that vector's.
    """
    sample = np.asarray(rows)[np.unique(np.linspace(0, len(rows) - 1, SAMPLE, dtype=int))]
    vectors = embeddings[sample]
    centre = np.median(vectors, axis=0).astype(np.float64)
    away = np.linalg.norm(vectors - centre, axis=1)
    return float(np.mean(away <= ALIKE * np.linalg.norm(centre)))
