"""The kinds of values that only a search asks for: a metric, products by their ids, a crop."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.models import composed
from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, UnknownMetric

# Products that may be liked and disliked at once.
MAX_NAMED = 20
NAMED_RULE = format_lazy(_("At most {most} products can be named at once."), most=MAX_NAMED)
CROP_RULE = _(
    "crop must be left,top,right,bottom: shares of the picture between 0 and 1, in order."
)


@dataclass(frozen=True)
class Crop:
    """A part of a picture: its edges as shares of width and height. Raises BadQuery."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise BadQuery(str(CROP_RULE))

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom


def metric_named(name: str) -> Metric:
    """The metric of that name; raises UnknownMetric."""
    if name not in {*Metric}:
        raise UnknownMetric(name, Metric)
    return Metric(name)


class MetricField(forms.CharField):
    """A metric by its name."""

    def clean(self, value: Any) -> Any:
        try:
            return metric_named(str(super().clean(value)))
        except BadQuery as error:
            raise ValidationError(str(error)) from error


class IdsField(forms.Field):
    """item_ids, one each time the field is named."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> tuple[str, ...]:
        ids = [composed(str(item_id)) for item_id in value or ()]
        if len(ids) > MAX_NAMED:
            raise ValidationError(NAMED_RULE)
        return tuple(dict.fromkeys(ids))


class CropField(forms.Field):
    """Four shares with commas between them."""

    def clean(self, value: Any) -> Crop | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            left, top, right, bottom = (float(share) for share in text.split(","))
            return Crop(left, top, right, bottom)
        except (ValueError, BadQuery):
            raise ValidationError(CROP_RULE) from None


@dataclass(frozen=True)
class MetricName:
    """The name of a metric."""

    metavar: str = "NAME"
    values: str = ", ".join(f"`{metric}`" for metric in Metric)
    control: str = "choice"

    def form_field(self, **options: Any) -> forms.Field:
        return MetricField(required=False)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [str(metric) for metric in Metric]}


@dataclass(frozen=True)
class Ids:
    """Products by their ids; the field is named once for each."""

    metavar: str = "ITEM_ID"
    values: str = f"item_ids, the field once for each; at most {MAX_NAMED}"
    control: str = ""

    def form_field(self, **options: Any) -> forms.Field:
        return IdsField(**options)

    def schema(self) -> dict[str, Any]:
        item = {"type": "string", "minLength": 1, "maxLength": 300}
        return {"type": "array", "items": item, "maxItems": MAX_NAMED}


@dataclass(frozen=True)
class Edges:
    """The four edges of a crop."""

    metavar: str = "LEFT,TOP,RIGHT,BOTTOM"
    values: str = "`0,0,0.5,1` is the left half"
    control: str = ""

    def form_field(self, **options: Any) -> forms.Field:
        return CropField(**options)

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}
