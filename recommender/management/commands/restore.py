"""`manage.py restore`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.backups import places, restoring
from recommender.errors import SimilarityError
from runs.arguments import agreed, path
from runs.commands import RunCommand
from runs.progress import pluralise, report


class Command(RunCommand):
    mends = True
    expected = (SimilarityError,)
    help = (
        "Replaces database, pictures, indexes and maps with the newest backup in DIR, once all of "
        "it has been read and found sound. It asks first. The current data are kept as a backup "
        "in VAR_DIR/before-restore. If it was killed, run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=path, metavar="DIR", help="as given to `backup`")
        parser.add_argument("--at", default="", metavar="NAME", help="an older backup in DIR")
        parser.add_argument("--noinput", "--no-input", action="store_true", help="do not ask")

    def handle(self, **options: Any) -> None:
        backup = restoring.chosen(options["folder"], options["at"])
        held = f"{pluralise(backup.products, 'product')}, made at {backup.made_at}"
        question = f"Restore {backup.folder} ({held}) in place of what there is? [y/N] "
        if not options["noinput"] and not agreed(question):
            raise CommandError("Nothing was restored; add --noinput to skip the question.")
        outcomes = restoring.restore(backup)
        report(self, outcomes, total=len(backup.files), unit="file", verbosity=options["verbosity"])
        self.stdout.write(f"Restored: {held}.")
        for sentence in places.left_out():
            self.stdout.write(sentence)
        if any(restoring.before_folder().glob("*Z*")):
            self.stdout.write(f"To undo it: manage.py restore {restoring.before_folder()}")
