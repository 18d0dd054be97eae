"""Pages of a shop of a million products: what each takes, and how soon after a change of the shop.

    python -m benchmarks.pages [--count 1000000] [--postgresql] [--shop FOLDER]

The shop is that of large_shop.py. Each page is asked for through the whole site in one process,
with other products, filters and words each time; every fifth time after a price has changed, so
that what was kept of the catalogue is of no use.
"""

import argparse
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import large_shop
from benchmarks.common import temporary_folder
from benchmarks.figures import figure

REPEATS, CHANGED_EVERY = 60, 5
# Milliseconds, as promised.
PROMISED = 100.0
Next = Callable[[], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--shop", type=Path, help="a folder for the shop, to be used again")
    options = parser.parse_args()
    with temporary_folder() as folder:
        shop = options.shop or folder
        with large_shop.server(shop, postgresql=options.postgresql) as database:
            os.environ["ALLOWED_HOSTS"] = "testserver"
            large_shop.open_shop(shop, database, options.count)
            measure(options.count)


def measure(count: int) -> None:
    """Prints what each page takes: its median and p95 beside what is promised."""
    visitor, owner = _clients()
    for name, (client, path) in _pages(visitor, owner, count).items():
        client.get(path())  # loads what is loaded once
        took = list(_took(client, path, count))
        beside = {"what is promised": PROMISED}
        figure(f"{name}, among {count:,}: median", took, "ms")
        figure(f"{name}, among {count:,}: p95", float(np.quantile(took, 0.95)), "ms", beside)


def _clients() -> tuple[Any, Any]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    users = get_user_model().objects
    owner, _ = users.get_or_create(username="owner", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(owner)
    return Client(), client


def _pages(visitor: Any, owner: Any, count: int) -> dict[str, tuple[Any, Next]]:
    from django.urls import reverse

    draw, admin = random.Random(1), reverse("admin:lookalike_catalog_product_changelist")
    kinds = [f"{thing}s {n}".capitalize() for thing in large_shop.THINGS for n in range(6)]
    words = itertools.cycle(large_shop.WORDS)
    addresses: dict[str, Next] = {
        "Browse": lambda: f"/browse/?page={draw.randint(1, 5)}",
        "Browse, deep": lambda: f"/browse/?page={draw.randint(1, count // 48)}",
        "Browse, newest first": lambda: f"/browse/?order=newest&page={draw.randint(1, 3)}",
        "Browse, by price": lambda: f"/browse/?order=price&page={draw.randint(1, 3)}",
        "Browse, the dearest first": lambda: f"/browse/?order=-price&page={draw.randint(1, 3)}",
        "Browse, by title": lambda: f"/browse/?order=title&page={draw.randint(1, 3)}",
        "Browse, one category": lambda: f"/browse/?category={draw.choice(kinds)}",
        "Browse, one colour": lambda: f"/browse/?in_colour=red&page={draw.randint(1, 9)}",
        "Browse, a word of many": lambda: f"/browse/?q={next(words)}",
        "Browse, words of few": lambda: f"/browse/?q={next(words)}+{draw.randint(0, 499)}+shirt",
        "Browse, a word of none": lambda: f"/browse/?q=q{draw.random()}",
        "suggestions": lambda: f"/suggestions/?q={next(words)[:3]}",
        "suggestions, of few": lambda: f"/suggestions/?q={next(words)}+{draw.randint(0, 499)}",
        "a product": lambda: f"/products/{draw.randrange(count):07}/",
        "home": lambda: "/",
        "API, similar": lambda: f"/api/v1/products/{draw.randrange(count):07}/similar/",
        "API, products": lambda: f"/api/v1/products/?page={draw.randint(1, 5)}",
        "API, products, deep": lambda: f"/api/v1/products/?page={draw.randint(1, count // 50)}",
        "sitemap": lambda: "/sitemap.xml?page=1",
    }
    of_owner: dict[str, Next] = {
        "status": lambda: "/status/",
        "admin": lambda: f"{admin}?p={draw.randint(1, 5)}",
    }
    return {name: (visitor, path) for name, path in addresses.items()} | {
        name: (owner, path) for name, path in of_owner.items()
    }


def _took(client: Any, path: Next, count: int) -> Iterator[float]:
    """Milliseconds of each answer."""
    from catalog.models import Product

    for number in range(REPEATS):
        if number % CHANGED_EVERY == 0:
            item_id = f"{random.randrange(count):07}"
            Product.objects.filter(item_id=item_id).update(price=random.randint(5, 200))
        address = path()
        began = time.perf_counter()
        answer = client.get(address)
        answer = b"".join(answer) if answer.streaming else answer
        took = 1e3 * (time.perf_counter() - began)
        if not isinstance(answer, bytes) and answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        yield took


if __name__ == "__main__":
    main()
