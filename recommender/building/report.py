"""A whole build, as the commands `build_index` and `refresh` show it."""

from collections import Counter

from recommender.building import build as building
from recommender.embedders.contract import EmbedderError
from recommender.errors import SimilarityError
from recommender.live import publishing, selection
from recommender.live import report as state
from recommender.mapping.report import draw_after_a_build
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import pluralise, progress_bar, report


class NothingToBuild(SimilarityError):
    """There is no product that may be shown; the sentence says why."""

    def __init__(self) -> None:
        counts = state.catalogue_counts()
        kinds = {"hidden": "hidden", "gone": "gone from the shop", "without_picture": "without one"}
        why = ", ".join(f"{counts[kind]} {told}" for kind, told in kinds.items() if counts[kind])
        if why:
            all_of_them = pluralise(counts["all"], "product")
            super().__init__(f"None of {all_of_them} has a picture that may be shown: {why}.")
        else:
            scrape, folder = "manage.py scrape URL", "manage.py import_folder DIR"
            super().__init__("The catalogue is empty.", f"{scrape} (or: {folder})")


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
    source = selection.embedder_to_build(embedder)
    with publishing.exclusive(source.spec.name):
        plan = building.plan(source, full=full, limit=limit)
        if not plan.pictures:
            raise NothingToBuild
        command.stdout.write(f"{source.spec.description}: {plan.summary()}.")
        outcomes, total = building.embed(plan), len(plan.to_read)
        counts = report(command, outcomes, total=total, unit="picture", verbosity=verbosity)
        with progress_bar("Neighbours", unit="product") as progress:
            try:
                manifest = building.finish(plan, progress, force=force)
            except building.Refused as refused:
                raise refused.insisting(_again(embedder, full)) from None
    command.stdout.write(
        f"Live: {pluralise(manifest.count, 'product')}." if manifest else "Nothing has changed."
    )
    if with_map:
        draw_after_a_build(command, source.spec.name)
    return counts


def build_failures(command: RunCommand, embedder: str, *, force: bool, verbosity: int) -> list[str]:
    """Builds as `build` does; what went wrong, in sentences."""
    try:
        counts = build(command, embedder, force=force, verbosity=verbosity)
    except (EmbedderError, SimilarityError) as error:
        command.undone = True
        return [str(error)]
    failed = pluralise(counts[Status.FAILED], "picture")
    return [f"{failed} could not be embedded."] if counts[Status.FAILED] else []


def _again(embedder: str, full: bool) -> str:
    """The command that builds the same and publishes it, whatever it has lost."""
    words = ["manage.py build_index --force"]
    words += ["--full"] if full else []
    words += ["--embedder", embedder] if embedder else []
    return " ".join(words)
