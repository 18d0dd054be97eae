"""A whole tuning, as the command `tune` shows it."""

import json
from dataclasses import asdict
from pathlib import Path

from recommender.building.report import alone
from recommender.building.safeguards import Refused
from recommender.evaluation import as_json, terminal
from recommender.evaluation.run import Bar
from recommender.index.similarity_index import Manifest
from recommender.live import selection
from recommender.mapping.report import draw_after_a_build
from recommender.tuning.tuning import Subject, Tuning, TuningError, subject, tuning
from recommender.tuning.verdict import reasons_against
from runs.commands import RunCommand
from runs.files import replace_file
from runs.outcomes import printable
from runs.progress import pluralise, progress_bar


def tune(
    command: RunCommand,
    embedder: str = "",
    *,
    seed: int = 0,
    never_shown: int | None = None,
    most_precise: bool = False,
    even_so: bool = False,
    json_file: Path | None = None,
    bar: Bar = progress_bar,
) -> None:
    """Tries, shows the table, and publishes what gains, or raises Refused with the reasons.

    `never_shown` is in percent. The workers of CLUSTER embed what is altered, and make the lists.
    Raises SimilarityError, EmbedderError.
    """
    name = embedder or selection.name_served()
    share = None if never_shown is None else never_shown / 100
    with alone(command, name) as workers:
        of = subject(name, workers, bar)
        found = tuning(of, seed, share, most_precise, bar)
        for line in terminal.lines(found.result):
            command.stdout.write(printable(line))
        command.stdout.write(_strength(found))
        reasons = reasons_against(found.result, share, most_precise)
        if json_file:
            replace_file(json_file, _document(found, reasons, even_so).encode())
            command.stdout.write(f"Written: {json_file}")
        if reasons and not even_so:
            raise Refused(f"Nothing was published. {' '.join(reasons)}", _again(embedder, seed))
        manifest = of.publish(found.projection, bar)
    _live(command, manifest, str(found.projection.about))


def tune_off(command: RunCommand, embedder: str = "", bar: Bar = progress_bar) -> None:
    """Publishes the label-free map again. Raises TuningError where nothing is tuned."""
    name = embedder or selection.name_served()
    with alone(command, name) as workers:
        of = subject(name, workers, bar)
        if not _is_tuned(of):
            raise TuningError(f"The index of {name} is not tuned; there is nothing to take away.")
        manifest = of.publish(of.base, bar)
    _live(command, manifest, str(of.base.about))


def _is_tuned(of: Subject) -> bool:
    projection = of.side.index.projection
    return projection is not None and bool(projection.about.tuned_to)


def _live(command: RunCommand, manifest: Manifest, about: str) -> None:
    command.stdout.write(f"Projection: {about}.")
    command.stdout.write(f"Live: {pluralise(manifest.count, 'product')}. To undo: rollback")
    draw_after_a_build(command, manifest.embedder)


def _strength(found: Tuning) -> str:
    chosen = found.chosen
    return (
        f"Chosen on other held-out products: separation {chosen.separation:g}, shrinkage "
        f"{chosen.shrinkage:g}."
    )


def _document(found: Tuning, reasons: list[str], even_so: bool) -> str:
    document = json.loads(as_json.document(found.result))
    document["tuning"] = {
        "chosen": asdict(found.chosen),
        "before": asdict(found.before),
        "learnt_from": found.projection.about.tuned_to,
        "reasons_against": reasons,
        "published": not reasons or even_so,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _again(embedder: str, seed: int) -> str:
    words = ["manage.py tune --even-so"]
    words += [f"--embedder {embedder}"] if embedder else []
    words += [f"--seed {seed}"] if seed else []
    return " ".join(words)
