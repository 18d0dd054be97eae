"""The database's indexes for the orders of the grid: its page is read, and not all to be sorted."""

from django.db import models

OF_ORDERS = [
    models.Index(fields=["-first_seen", "item_id"], name="lookalike_newest_first"),
    models.Index(fields=["price", "item_id"], name="lookalike_by_price"),
    models.Index(fields=["title"], name="lookalike_by_title"),
]
