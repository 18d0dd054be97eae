"""What seems to be filed wrongly, or nowhere, kept for staff to look through and written as CSV."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import Filing, Product
from recommender.engines.contract import Index
from recommender.index.neighbours import Progress
from recommender.models import FilingDoubt
from recommender.search.categories import categories_of_all
from recommender.search.filing import Suggestion, suggestions
from runs.cells import harmless
from runs.models import Run

# Kept for the page, of each kind; the file has all.
MOST = 10_000
HEADER = ("item_id", "title", "category", "suggested", "confidence", "look_alikes", "product_url")


@dataclass(frozen=True)
class Found:
    """What came of looking through all products, of which nothing is decided yet."""

    looked_at: int
    wrong: list[Suggestion]
    nowhere: list[Suggestion]


def look_through(index: Index, progress: Progress | None = None) -> Found:
    """Looks through all products that are shown and keeps what is found, in place of the last."""
    categories = categories_of_all()
    wrong, nowhere = suggestions(index, categories, progress)
    decided = set(Filing.objects.values_list("item_id", flat=True))
    found = Found(
        len(categories.item_ids),
        [one for one in wrong if one.item_id not in decided],
        [one for one in nowhere if one.item_id not in decided],
    )
    rows = [
        FilingDoubt(
            item_id=one.item_id, category=one.category, suggested=one.suggested,
            confidence=one.confidence, place=place, voters=one.voters,
        )
        for kind in (wrong, nowhere)
        for place, one in enumerate(kind[:MOST])
    ]  # fmt: skip
    with transaction.atomic():
        FilingDoubt.objects.all().delete()
        FilingDoubt.objects.bulk_create(rows, batch_size=500)
    return found


def have_been_looked_for() -> bool:
    """Whether all products have ever been looked through to the end."""
    ended = (Run.State.DONE, Run.State.EXCEPTIONS)
    through = Run.objects.filter(command="categories", state__in=ended)
    return FilingDoubt.objects.exists() or through.exists()


def doubts(*, nowhere: bool = False) -> "QuerySet[FilingDoubt]":
    """Those to look at: of products that are shown, filed as they were, and not decided on."""
    mine = {"item_id": OuterRef("item_id")}
    as_it_was = Product.shown.filter(**mine, category=OuterRef("category"))
    kind = (
        FilingDoubt.objects.filter(category="")
        if nowhere
        else FilingDoubt.objects.exclude(category="")
    )
    return kind.filter(Exists(as_it_was)).exclude(Exists(Filing.objects.filter(**mine)))


def lines(found: Iterable[Suggestion]) -> Iterator[str]:
    """A line a product, for the terminal."""
    for one in found:
        where = f"{one.category} → " if one.category else ""
        yield f"{one.confidence:4.0%}  {one.item_id}  {where}{one.suggested}"


def write_csv(found: Iterable[Suggestion], path: Path) -> None:
    """A row a product, in the order given, with what the shop says of it."""
    found = list(found)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for start in range(0, len(found), 500):
            part = found[start : start + 500]
            products = Product.objects.in_bulk([o.item_id for o in part], field_name="item_id")
            writer.writerows(_row(one, products.get(one.item_id)) for one in part)


def _row(one: Suggestion, product: Product | None) -> list[str]:
    texts = [one.item_id, product.title if product else "", one.category, one.suggested]
    url = product.shop_url if product else ""
    voters = harmless(" ".join(one.voters))
    return [*map(harmless, texts), f"{one.confidence:.3f}", voters, url]
