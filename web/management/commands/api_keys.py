"""`manage.py api_keys`."""

import shlex
from typing import Any

from django.core.management.base import CommandError, CommandParser

from runs.arguments import at_least_one, some_text
from runs.commands import RunCommand
from web.api.models import ApiKey
from web.api.origins import an_origin


class Command(RunCommand):
    help = "Makes, lists and revokes keys for the API. A key is shown once, when it is made."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        make = actions.add_parser("make", help="a new key")
        make.add_argument("name", type=some_text, help="who will use it")
        rate = "requests a minute; else API_KEY_RATE"
        make.add_argument("--a-minute", type=at_least_one, help=rate)
        kinds = make.add_mutually_exclusive_group()
        kinds.add_argument(
            "--origin", action="append", type=an_origin, default=[], metavar="ORIGIN",
            help="https://shop.example: a key for its pages, which only reads; once for each",
        )  # fmt: skip
        writes = "a key that may put products in, change and remove them, too"
        kinds.add_argument("--write", action="store_true", help=writes)
        actions.add_parser("list", help="list the keys")
        actions.add_parser("revoke", help="refuse a key for good").add_argument("name")

    def handle(self, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _make(self, options: dict[str, Any]) -> None:
        name, a_minute = options["name"], options["a_minute"]
        if ApiKey.objects.filter(name=name).exists():
            revoke = f"manage.py api_keys revoke {shlex.quote(name)}"
            raise CommandError(f"{name} has a key already. To replace it, first run: {revoke}")
        key = ApiKey.make(name, a_minute, options["origin"], writes=options["write"])
        self.stdout.write(key)

    def _list(self, options: dict[str, Any]) -> None:
        keys = ApiKey.objects.all()
        if not keys:
            self.stdout.write("There are no keys yet. To make one: manage.py api_keys make NAME")
        for key in keys:
            state = "active" if key.active else "switched off"
            limit = f"{key.a_minute} a minute" if key.a_minute else "the usual limit"
            made = f"since {key.made_at:%Y-%m-%d}  for {key.is_for}"
            self.stdout.write(f"{key.name}  {state}  {limit}  {made}")

    def _revoke(self, options: dict[str, Any]) -> None:
        if not ApiKey.objects.filter(name=options["name"]).delete()[0]:
            there = ", ".join(ApiKey.objects.values_list("name", flat=True)) or "no keys"
            raise CommandError(f"{options['name']} has no key; there are: {there}.")
        self.stdout.write(f"The key of {options['name']} is refused from now on.")
