"""`manage.py import_folder`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog import scraping
from catalog.registry import import_folder
from runs.arguments import path
from runs.commands import RunCommand
from runs.outcomes import storable
from runs.progress import report


class Command(RunCommand):
    recorded = True
    help = (
        "Imports pictures that are already on disk: every <ItemID>.jpg (or png, webp, avif, gif, "
        "tiff …) below DIR, with a sub-folder's name as the category; or those that a CSV file "
        "lists. Run it again at any time: only what is new or changed is imported. Then run "
        "build_index."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=path, metavar="DIR")
        parser.add_argument(
            "--csv",
            type=path,
            metavar="FILE",
            help="columns: item_id; and file, title, price, currency, category, product_url, "
            "group, in_stock where there are such",
        )
        parser.add_argument(
            "--shop", type=storable, default="local", metavar="NAME", help="default: local"
        )
        parser.add_argument(
            "--category",
            type=storable,
            default="",
            metavar="NAME",
            help="the category of them all",
        )
        scraping.add_mark_gone(parser, "--force")

    def handle(self, **options: Any) -> None:
        outcomes = import_folder(
            options["folder"],
            table=options["csv"],
            shop=options["shop"],
            category=options["category"],
            force=options["mark_gone"],
        )
        counts = report(self, outcomes, verbosity=options["verbosity"])
        if complaint := counts.complaint() or (not counts.kept and "Nothing was taken."):
            raise CommandError(complaint)
