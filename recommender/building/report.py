"""A whole build, as the commands `build_index` and `refresh` show it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from recommender.building import build as building
from recommender.building import inserting
from recommender.building.cluster import workers_at
from recommender.building.forecast import says_of_lists
from recommender.building.merging import rows_of
from recommender.building.precision import says_of_precision
from recommender.building.workers import Workers
from recommender.embedders.contract import FLOAT32, EmbedderError
from recommender.errors import SimilarityError
from recommender.index.similarity_index import Manifest
from recommender.live import report as state
from recommender.live import selection
from recommender.live.engine import engine
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
    refit: bool = False,
    with_map: bool = True,
    verbosity: int = 1,
) -> Counter[Status]:
    """Plans, embeds and finishes a build, shows it, and counts the pictures by status.

    `with_map` draws the map afterwards; no fault of that is one of the build.

    Raises EmbedderError, and SimilarityError where nothing can be built or published.
    """
    source = selection.embedder_to_build(embedder)
    with alone(command, source.spec.name) as workers:
        plan = building.plan(source, full=full, limit=limit, refit=refit)
        plan.workers = workers
        if not plan.pictures:
            raise NothingToBuild
        made_in = "" if source.spec.precision == FLOAT32 else f", in {source.spec.precision}"
        command.stdout.write(f"{source.spec.description}{made_in}: {plan.summary()}.")
        if note := says_of_precision(source, len(plan.to_embed)):
            command.stdout.write(note)
        outcomes, total = building.embed(plan), len(plan.to_embed)
        counts = report(command, outcomes, total=total, unit="picture", verbosity=verbosity)
        manifest = _finished(command, plan, _again(embedder, full), force=force)
    if plan.fitted:
        command.stdout.write(f"Projection: {plan.fitted.about}.")
    if manifest and (note := plan.says_of_tuning()):
        command.stdout.write(note)
    command.stdout.write(
        f"Live: {pluralise(manifest.count, 'product')}." if manifest else "Nothing has changed."
    )
    if with_map:
        draw_after_a_build(command, source.spec.name)
    return counts


def _finished(
    command: RunCommand, plan: building.Plan, again: str, *, force: bool
) -> Manifest | None:
    """What `building.finish` returns, shown; `again` is the command that insists on it."""
    with progress_bar("Altered copies", unit="picture") as progress:
        building.embed_what_teaches(plan, progress)
    if note := says_of_lists(plan, rows_of(plan)):
        command.stdout.write(note)
    with progress_bar("Neighbours", unit="product") as progress:
        try:
            return building.finish(plan, progress, force=force)
        except building.Refused as refused:
            raise refused.insisting(again) from None


@contextmanager
def alone(command: RunCommand, embedder: str) -> Iterator[Workers]:
    """Who does the work, while no other process may change the index; says who, if not this one.

    Raises PublishError, ClusterError.
    """
    with (
        engine().exclusive(embedder),
        workers_at(str(settings.CLUSTER), Path(settings.VAR_DIR)) as workers,
    ):
        for sentence in workers.says():
            command.stdout.write(sentence)
        yield workers


def build_failures(command: RunCommand, embedder: str, *, force: bool, verbosity: int) -> list[str]:
    """Puts what is new into the live index, or builds as `build` does; what went wrong, said."""
    try:
        counts = None if force else insert_newcomers(command, embedder, verbosity)
        if counts is None:
            counts = build(command, embedder, force=force, verbosity=verbosity)
    except (EmbedderError, SimilarityError) as error:
        command.undone = True
        return [str(error)]
    failed = pluralise(counts[Status.FAILED], "picture")
    return [f"{failed} could not be embedded."] if counts[Status.FAILED] else []


def insert_newcomers(command: RunCommand, embedder: str, verbosity: int) -> Counter[Status] | None:
    """Embeds what the live index lacks, and puts it in; None where a build is due instead.

    Raises EmbedderError, SimilarityError.
    """
    source = selection.embedder_to_build(embedder)
    with engine().exclusive(source.spec.name):
        plan = inserting.plan_of_newcomers(source)
        if plan is None:
            return None
        outcomes, total = building.embed(plan), len(plan.to_embed)
        counts = report(command, outcomes, total=total, unit="picture", verbosity=verbosity)
        number = inserting.insert(plan)
    live = pluralise(engine().count(source.spec.name), "product")
    put_in = f"{number} of them put in now; others' lists learn of them with the next build_index"
    command.stdout.write(f"Live: {live}, {put_in}." if number else "Nothing has changed.")
    return counts


def _again(embedder: str, full: bool) -> str:
    """The command that builds the same and publishes it, whatever it has lost."""
    words = ["manage.py build_index --force"]
    words += ["--full"] if full else []
    words += ["--embedder", embedder] if embedder else []
    return " ".join(words)
