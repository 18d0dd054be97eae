"""`manage.py doctor`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.management.examining import examine
from runs.outcomes import printable
from runs.progress import pluralise


class Command(BaseCommand):
    help = (
        "Prints how this place stands, on one page, for whoever asks for help: versions, settings "
        "(no secrets), disk, database, index, runtimes, last runs. Exits with 1 if anything is "
        "wrong."
    )
    requires_system_checks = ()  # what they find belongs on the page

    def handle(self, **options: Any) -> None:
        wrong = 0
        for part in examine():
            self.stdout.write(self.style.MIGRATE_HEADING(part.title))
            for name, told in part.lines:
                self.stdout.write(f"  {printable(name)}: {printable(told)}")
            for fault in part.faults:
                self.stdout.write(self.style.ERROR(f"  ✗ {printable(fault)}"))
            wrong += len(part.faults)
        if wrong:
            raise CommandError(f"{pluralise(wrong, 'thing')} to see to, marked ✗ above.")
        self.stdout.write("All is well.")
