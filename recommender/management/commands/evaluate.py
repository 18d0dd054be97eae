"""`manage.py evaluate`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.contract import PRECISIONS, EmbedderError
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from recommender.evaluation import as_json, terminal
from recommender.evaluation.run import run
from recommender.evaluation.sides import PREVIOUS
from runs.arguments import at_least_one, between, file_to_write
from runs.commands import RunCommand
from runs.files import replace_file
from runs.outcomes import printable
from runs.progress import progress_bar


class Command(RunCommand):
    expected = (EmbedderError, SimilarityError)
    help = (
        "Measures how good the live index is on your own pictures, each figure with an interval, "
        "and the difference to another index. It changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")
        parser.add_argument(
            "--against",
            choices=(PREVIOUS, *EMBEDDERS, *PRECISIONS),
            help="what to compare the index with",
        )
        parser.add_argument(
            "--sample",
            type=at_least_one,
            metavar="N",
            help="ask and alter N; default: all, and 500",
        )
        parser.add_argument("--seed", type=between(0, 2**32 - 1), default=0, metavar="N")
        parser.add_argument(
            "--json", type=file_to_write, metavar="FILE", help="all figures, for programs"
        )
        parser.add_argument(
            "--report", type=file_to_write, metavar="FILE", help="one page, with pictures"
        )

    def handle(self, **options: Any) -> None:
        names = options["embedder"] or "", options["against"] or ""
        result = run(*names, options["sample"], options["seed"], progress_bar)
        for line in terminal.lines(result):
            self.stdout.write(printable(line))
        if options["json"]:
            self._write(options["json"], as_json.document(result))
        if options["report"]:
            from recommender.evaluation.report import page  # and with it matplotlib

            self._write(options["report"], page(result))

    def _write(self, file: Path, text: str) -> None:
        replace_file(file, text.encode())
        self.stdout.write(f"Written: {file}")
