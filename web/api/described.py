"""The fields of a form as OpenAPI describes parameters: one rule, said once, in the form."""

from typing import Any

from django import forms

from catalog.colours import NAMES
from catalog.forms import BrowseForm, ProductsForm, YesNoField
from recommender.index.metrics import Metric
from recommender.search.forms import IdsField, SimilarForm
from recommender.search.query import FEW, MAX_NAMED

# What a form sends of a field that was left empty.
NOTHING = {"const": ""}
NO_NUL = r"^[^\x00]*$"
MEANINGS = {
    "q": "Words, each in the title, the item_id or the category.",
    "category": "The category, as it is written.",
    "shop": "The shop's host name, or the name of an import.",
    "price_from": "The least price, whatever the currency.",
    "price_to": "The highest price.",
    "in_stock": "Leave out what the shop calls sold out.",
    "in_colour": "Only what shows a good deal of this colour.",
    "metric": "How distances are measured.",
    "k": "How many neighbours.",
    "url": "The address of a picture to compare; it is fetched, and not kept.",
    "crop": "A part of the picture: left,top,right,bottom as shares between 0 and 1.",
    "liked": "An item_id to be like; may be repeated.",
    "disliked": "An item_id to be unlike; may be repeated.",
    "diversity": "0 to 1: how much it counts that the answers differ among themselves.",
    "colour": "0 to 1: how much colour counts beside shape and print.",
    "min_score": "0 to 100: what scores less gives way to the newest of the category.",
    "order": "newest, price, -price (the highest first) or title; else by item_id.",
    "sort": "What order was called before.",
    "page": "The page, from 1 on; one beyond the last is 404.",
    "per_page": f"Products on a page: 1 to {ProductsForm.MOST}, else {ProductsForm.PER_PAGE}.",
}


def parameters(form: type[forms.Form], *without: str, require: str = "") -> list[dict[str, Any]]:
    """The parameters of a query string that `form` reads, but those named in `without`."""
    return [
        {
            "name": name,
            "in": "query",
            "required": name == require,
            "description": MEANINGS.get(name, ""),
            "schema": _schema(form, name, field),
        }
        for name, field in form.base_fields.items()
        if name not in without
    ]


def _schema(form: type[forms.Form], name: str, field: forms.Field) -> dict[str, Any]:
    if name == "metric":
        return {"type": "string", "enum": [str(m) for m in Metric], "default": str(Metric.COSINE)}
    default = {"default": FEW} if issubclass(form, SimilarForm) and name == "k" else {}
    match field:
        case YesNoField():
            return {"anyOf": [{"type": "boolean"}, NOTHING], "default": False}
        case IdsField():
            item = {"type": "string", "minLength": 1, "maxLength": 300}
            return {"type": "array", "items": item, "maxItems": MAX_NAMED}
        case forms.DecimalField():  # text, for its two places after the point are exact
            return {"type": "string", "examples": ["19.90"]}
        case forms.FloatField() | forms.IntegerField():
            kind = "integer" if type(field) is forms.IntegerField else "number"
            number = {"type": kind, "minimum": field.min_value, "maximum": field.max_value}
            return number | default if field.required else {"anyOf": [number, NOTHING]}
        case forms.ChoiceField():
            return {"enum": ["", *NAMES] if name == "in_colour" else list(BrowseForm.ORDERS)}
        case forms.CharField():
            return {"type": "string", "maxLength": field.max_length, "pattern": NO_NUL}
    return {"type": "string"}


PICTURE = {
    "requestBody": {
        "required": True,
        "description": "A picture of at most 10 MB. It is compared, and not kept.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["picture"],
                    "properties": {"picture": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
