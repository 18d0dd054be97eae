"""A whole build, as the commands `build_index` and `refresh` show it."""

from collections import Counter

from recommender import configured, publishing
from recommender.building import build as building
from recommender.errors import SimilarityError
from recommender.mapping.running import draw_after_a_build
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import counted, progress_bar, report


class NothingToBuild(SimilarityError):
    """The catalogue is empty."""


def build(
    command: RunCommand,
    embedder: str = "",
    *,
    full: bool = False,
    limit: int | None = None,
    force: bool = False,
    with_map: bool = True,
    verbosity: int = 1,
) -> Counter[Status]:
    """Plans, embeds and finishes a build, shows it, and counts the pictures by status.

    `with_map` draws the map afterwards; no fault of that is one of the build.

    Raises EmbedderError, and SimilarityError where nothing can be built or published.
    """
    source = configured.embedder_to_build(embedder)
    with publishing.exclusive(source.spec.name):
        plan = building.plan(source, full=full, limit=limit)
        if not plan.pictures:
            raise NothingToBuild("No products yet. Run: manage.py scrape, or import_folder")
        command.stdout.write(f"{source.spec.description}: {plan.summary()}.")
        outcomes, total = building.embed(plan), len(plan.to_read)
        counts = report(command, outcomes, total=total, unit="picture", verbosity=verbosity)
        with progress_bar("Neighbours", unit="product") as progress:
            manifest = building.finish(plan, progress, force=force)
    command.stdout.write(
        f"Live: {counted(manifest.count, 'product')}." if manifest else "Nothing has changed."
    )
    if with_map:
        draw_after_a_build(command, source.spec.name)
    return counts
