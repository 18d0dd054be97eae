"""`manage.py similar`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog.thumbnails import BadPicture
from recommender import store
from recommender.embedders.contract import EmbedderError
from recommender.index.metrics import Metric
from recommender.index.similarity_index import UnknownItem
from recommender.search import picture_query
from recommender.search.similar import Answer, similar_by_item, similar_by_vector
from runs.commands import RunCommand


class Command(RunCommand):
    help = (
        "Shows the products that look most like a product, or like a picture of your own. "
        "What is the item_id of a product is taken as that; else it is a file's name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", metavar="ITEM_ID|PICTURE_FILE")
        parser.add_argument("--metric", choices=[*Metric], default=Metric.COSINE)
        parser.add_argument("-k", type=int, default=5, help="how many neighbours (1–50)")
        parser.add_argument("--json", action="store_true", help="as the API gives it")

    def handle(self, **options: Any) -> None:
        try:
            answer = _answer(options["query"], Metric(options["metric"]), options["k"])
        except (
            store.IndexUnavailable, EmbedderError, BadPicture, UnknownItem, ValueError, OSError
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer.as_dict(), indent=2, ensure_ascii=False))
            return
        for match in answer.matches:
            self.stdout.write(f"{match.distance:12.6g}  {match.product.item_id}  {match.product}")


def _answer(query: str, metric: Metric, k: int) -> Answer:
    index = store.live_index()
    if query not in index and Path(query).is_file():
        if not 1 <= k <= index.k:
            raise ValueError(f"k must be between 1 and {index.k}, not {k}.")
        vector = picture_query.embedding_of(Path(query).read_bytes(), index)
        return similar_by_vector(index, query, vector, metric, k)
    return similar_by_item(index, query, [metric], k)[0]
