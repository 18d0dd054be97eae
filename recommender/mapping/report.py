"""Drawing the map, as the commands `build_map`, `build_index` and `refresh` show it."""

import logging
import time

from recommender.errors import SimilarityError
from recommender.mapping.draw import TooFew, make_map
from runs.commands import RunCommand
from runs.files import error_text
from runs.progress import pluralise, progress_bar

logger = logging.getLogger(__name__)


def draw(command: RunCommand, embedder: str, *, full: bool = False) -> None:
    """Draws the map of a live index, and says so. Raises SimilarityError, OSError."""
    began = time.monotonic()
    with progress_bar("Map", unit="picture") as progress:
        drawn = make_map(embedder, full=full, progress=progress)
    if drawn is None:
        command.stdout.write("The map is up to date.")
    else:
        seconds = time.monotonic() - began
        command.stdout.write(f"Map: {pluralise(len(drawn), 'product')}, {seconds:.0f} s.")


def draw_after_a_build(command: RunCommand, embedder: str) -> None:
    """The same as the last step of a build, whose index is live whatever becomes of the map."""
    try:
        draw(command, embedder)
    except TooFew:
        pass  # a small shop needs none
    except (SimilarityError, OSError, ValueError, MemoryError) as error:
        logger.exception("The map could not be drawn.")
        reason = error_text(error)
        command.stderr.write(f"The index is live, but its map could not be drawn: {reason}")
