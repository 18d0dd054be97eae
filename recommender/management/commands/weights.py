"""`manage.py weights`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.contract import EmbedderError
from recommender.management import weights
from recommender.management.weights_arguments import add_arguments, tower_of, wish_of
from runs.commands import RunCommand
from runs.files import Locked


class Command(RunCommand):
    expected = (EmbedderError, Locked)
    help = (
        "Lists the networks' weights; fetches VGG-16's (553 MB, as Keras publishes them) or reads "
        "them from a file of Keras, Theano, Caffe or torchvision; turns an ONNX file into an "
        "embedder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, **options: Any) -> None:
        for line in self._lines(**options):
            self.stdout.write(line)

    def _lines(self, action: str, **options: Any) -> list[str]:
        if action == "list":
            return list(weights.listed())
        if action == "fetch":
            return [weights.fetch(self.stdout.write)]
        if action == "verify":
            return list(weights.verify(options["network"]))
        if action == "remove":
            return [weights.remove(options["network"])]
        file: Path = options["file"]
        wish, tower = wish_of(**options), tower_of(**options)
        return [weights.bring(file, wish, tower) if wish else weights.add(file)]
