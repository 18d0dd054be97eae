"""`manage.py tune`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.contract import EmbedderError
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from recommender.tuning.report import tune, tune_off
from runs.arguments import between, path
from runs.commands import RunCommand

NEVER = "how many products may be in nobody's five; default: a point more than now"


class Command(RunCommand):
    recorded = True
    expected = (EmbedderError, SimilarityError)
    help = (
        "Learns from your categories what makes products alike, shows on held-out products what "
        "that changes, and publishes it if it gains. `rollback` undoes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")
        parser.add_argument("--seed", type=between(0, 2**32 - 1), default=0, metavar="N")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--never-shown", type=between(0, 100), metavar="PERCENT", help=NEVER)
        how.add_argument("--most-precise", action="store_true", help="whatever else is lost")
        how.add_argument("--off", action="store_true", help="take the tuned map away")
        parser.add_argument("--even-so", action="store_true", help="publish whatever came of it")
        parser.add_argument("--json", type=path, metavar="FILE", help="all figures, for programs")

    def handle(self, **options: Any) -> None:
        if options["off"]:
            return tune_off(self, options["embedder"] or "")
        names = ("seed", "never_shown", "most_precise", "even_so")
        wanted = {name: options[name] for name in names}
        return tune(self, options["embedder"] or "", json_file=options["json"], **wanted)
