"""Categories that staff decide on: they hold, whatever the shop says, until they are taken back.

A product's `category` is what pages, filters and `tune` go by. Of one that staff have filed, that
is their word; what the shop says is kept beside it, brought up to date by every run, and is the
category again once the word is taken back. Batches of a run ask for such words as they are saved,
in the same transaction: so a run that began before staff decided puts nothing back.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from catalog.models import Filing, Product


def file_under(item_id: str, category: str, who: str = "") -> bool:
    """Keeps that a product is of a category, its own or another; False where there is no product.

    Decided anew, it is the latest word, and the shop's stays what it was.
    """
    with transaction.atomic():
        product = Product.objects.select_for_update().filter(item_id=item_id).first()
        if product is None:
            return False
        Filing.objects.update_or_create(
            item_id=item_id,
            defaults={"category": category, "filed_by": who},
            create_defaults={
                "category": category, "filed_by": who, "shop_category": product.category
            },
        )  # fmt: skip
        Product.objects.filter(pk=product.pk).update(category=category)
    return True


def take_back(item_id: str) -> bool:
    """Lets the shop's word count again; False where nothing was decided."""
    with transaction.atomic():
        filing = Filing.objects.select_for_update().filter(item_id=item_id).first()
        if filing is None:
            return False
        Product.objects.filter(item_id=item_id).update(category=filing.shop_category)
        filing.delete()
    return True


def with_what_the_shop_said(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """The products, with `shop_said`: the shop's category of one that staff have filed, else None.

    It costs no query of its own.
    """
    said = Filing.objects.filter(item_id=OuterRef("item_id")).values("shop_category")[:1]
    return products.annotate(shop_said=Subquery(said))


def as_the_shop_said(product: Product) -> Product:
    """A product of those, with its shop's category: so that tells what has changed. `keep_words`
    gives it staff's again."""
    said = getattr(product, "shop_said", None)
    if said is not None:
        product.category = said
    return product


def keep_words(products: Iterable[Product]) -> None:
    """Lets staff's words hold for products as a run has them from the shop, before they are saved.

    One query, and one more for each whose category the shop says in another way than before.
    """
    by_id = {product.item_id: product for product in products}
    for filing in Filing.objects.select_for_update().filter(item_id__in=list(by_id)):
        product = by_id[filing.item_id]
        if product.category != filing.shop_category:
            filing.shop_category = product.category
            filing.save(update_fields=["shop_category"])
        product.category = filing.category


def disputed() -> "QuerySet[Filing]":
    """Those of which the shop says another category now."""
    return Filing.objects.exclude(shop_category=F("category"))
