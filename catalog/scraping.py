"""What the commands `scrape` and `refresh` share: their options, and the run itself."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from catalog.reading.selectors import BadSelectors, load_selectors
from catalog.records import SourceError
from catalog.registry import NAMES, Hints, ScrapeOptions, find, take
from catalog.sources.table import COLUMNS
from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages
from runs.commands import RunCommand
from runs.outcomes import Status, printable, storable
from runs.progress import Counts, pluralise, report

# What a scrape may say instead of a traceback.
EXPECTED = (SourceError, BadSelectors)


def add_options(parser: CommandParser) -> None:
    """How products are to be taken."""
    parser.add_argument("--source", choices=NAMES, help="read it as this, whatever it looks like")
    parser.add_argument("--selectors", type=Path, metavar="FILE", help="YAML for a category page")
    parser.add_argument(
        "--column",
        type=column,
        action="append",
        default=[],
        metavar="FIELD=NAME",
        help=f"of a table; FIELD is one of {', '.join(COLUMNS)}",
    )
    parser.add_argument(
        "--category", type=storable, default="", metavar="NAME", help="the category of all products"
    )
    parser.add_argument(
        "--shop", type=storable, default="", metavar="NAME", help="default: its host"
    )


def add_mark_gone(parser: CommandParser, *names: str) -> None:
    """Whether most of the catalogue may be marked as gone."""
    parser.add_argument(
        "--mark-gone",
        *names,
        action="store_true",
        help="mark what is not there any more as gone, even if that is most of the catalogue",
    )


def column(text: str) -> tuple[str, str]:
    """A field and the column it is in, from "price=Preis". Raises ArgumentTypeError."""
    field, _, name = text.partition("=")
    if field not in COLUMNS or not name.strip():
        raise ArgumentTypeError(f"{text!r}: expected FIELD=NAME, FIELD of {', '.join(COLUMNS)}")
    return field, name.strip()


def scrape(command: RunCommand, asked: str, options: dict[str, Any]) -> Counts:
    """Takes the products of an address or a path, shows them, and counts them by status.

    Raises SourceError when no source reads it, BadSelectors for a wrong selector file.
    """
    pages = CountedPages(fetcher(), settings.SCRAPE_MAX_PAGES)
    found = find(asked, pages, options["source"] or "")
    if options["verbosity"]:
        command.stdout.write(printable(f"Reading {found}"))
    return report(
        command,
        take(asked, found, pages, _wish(command, options)),
        verbosity=options["verbosity"],
        beside=lambda: pluralise(pages.fetched, "page"),
    )


def failures(command: RunCommand, asked: str, options: dict[str, Any]) -> list[str]:
    """Scrapes as `scrape` does; what went wrong, in sentences, so that other shops have a turn."""
    try:
        counts = scrape(command, asked, options)
    except EXPECTED as error:
        return [printable(str(error))]
    failed = counts[Status.FAILED]
    sentences = [f"{asked}: {failed} failed; the others are kept."] if failed else []
    return counts.broken + sentences


def fetcher() -> Fetcher:
    """A fetcher as the settings ask."""
    return Fetcher(
        settings.SCRAPE_USER_AGENT,
        settings.SCRAPE_PAUSE_SECONDS,
        allow_loopback=settings.SCRAPE_ALLOW_LOOPBACK,
    )


def _wish(command: RunCommand, options: dict[str, Any]) -> ScrapeOptions:
    selectors = options["selectors"]
    return ScrapeOptions(
        shop=options["shop"],
        category=options["category"],
        limit=options.get("limit"),
        hints=Hints(dict(options["column"]), selectors and load_selectors(selectors)),
        since=command.run.cut_short_since() if command.run else None,
        force=options["mark_gone"],
        dry_run=options.get("dry_run", False),
    )
