"""`manage.py weights`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recommender import weight_keeping
from recommender.embedders.contract import EmbedderError
from recommender.weight_arguments import add_arguments, wish_of
from runs.commands import RunCommand
from runs.files import Locked


class Command(RunCommand):
    expected = (EmbedderError, Locked)
    help = (
        "Lists the networks' weights; fetches VGG-16's (553 MB, through Keras) or takes them from "
        "a file of Keras, Theano, Caffe or torchvision; makes an ONNX file an embedder of its own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, **options: Any) -> None:
        for line in self._lines(**options):
            self.stdout.write(line)

    def _lines(self, action: str, **options: Any) -> list[str]:
        if action == "list":
            return list(weight_keeping.listed())
        if action == "fetch":
            return [weight_keeping.fetch(self.stdout.write)]
        if action == "verify":
            return list(weight_keeping.verify(options["network"]))
        if action == "remove":
            return [weight_keeping.remove(options["network"])]
        file: Path = options["file"]
        wish = wish_of(**options)
        return [weight_keeping.bring(file, wish) if wish else weight_keeping.add(file)]
