"""The fields of a question as OpenAPI describes parameters: one rule, said once, in the table."""

from collections.abc import Iterable
from typing import Any

from catalog.fields import Field, User
from catalog.kinds import OneOf, Price, Text
from recommender.search.kinds import Edges, Ids

# What a form sends of a field that was left empty.
NOTHING = {"const": ""}


def parameters(fields: Iterable[Field], *without: str, require: str = "") -> list[dict[str, Any]]:
    """The fields that programs may use as parameters of a query string, but those in `without`."""
    return [
        {
            "name": field.name,
            "in": "query",
            "required": field.name == require,
            "description": field.help,
            "schema": _schema(field),
        }
        for field in fields
        if User.PROGRAM in field.users and field.name not in without
    ]


def _schema(field: Field) -> dict[str, Any]:
    """The schema of its values, and of none, where an empty one counts as such."""
    schema = field.kind.schema()
    if not field.blank:
        return schema if field.default is None else schema | {"default": field.default}
    match field.kind:
        case Text() | Price() | Ids() | Edges():  # an empty text is one of theirs
            return schema
        case OneOf():
            return schema | {"enum": ["", *schema["enum"]]}
    default = {} if field.default is None else {"default": field.default}
    return {"anyOf": [schema, NOTHING]} | default


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
# Said by pages that show the answer, and tell what is seen and clicked of it.
COUNTED: dict[str, Any] = {
    "name": "counted",
    "in": "query",
    "required": False,
    "description": "Whether what is seen and clicked of the answer is told to clicks/. Where the "
    "site counts that, `clicks` is in the answer, and two ways that are compared may share it.",
    "schema": {"enum": ["", "on"]},
}
