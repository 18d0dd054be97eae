"""A part of the map as Browse is asked for it: what lies within some columns and rows."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.fields import Field, User
from recommender.mapping.store import live_map

# Column and row of a corner, and of the one across; from 0.
_CELLS = re.compile(r"(\d{1,6})-(\d{1,6})-(\d{1,6})-(\d{1,6})")


@dataclass(frozen=True)
class Area:
    """Four cells of the map."""

    metavar: str = "AREA"
    values: str = "four numbers, as in `0-0-9-9`"
    control: str = "text"

    def form_field(self, **options: Any) -> forms.Field:
        return forms.RegexField(f"^{_CELLS.pattern}$", **options)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_CELLS.pattern}$"}


AREA = Field(
    "area", Area(), "A part of the map: column and row of a corner, and of the one across.",
    rule=_("Give four numbers, such as 0-0-9-9."),
    users=frozenset({User.VISITOR}),
)  # fmt: skip


def item_ids_within(area: str) -> tuple[str, ...]:
    """The ids of the products that lie there, sorted. Raises NoMap, ValueError."""
    drawn = live_map()
    corners = np.array(area.split("-"), int).reshape(2, 2)
    inside = ((drawn.cells >= corners.min(axis=0)) & (drawn.cells <= corners.max(axis=0))).all(
        axis=1
    )
    return tuple(sorted(drawn.item_ids[number] for number in np.flatnonzero(inside)))
