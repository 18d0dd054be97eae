"""What is wrong with a body, as a sentence: what pydantic finds, in plain words."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

LONGEST_SHOWN = 80
ADDRESS = "write an address of at most 2000 characters that begins with http:// or https://"
# How fields are written that take more than one kind of value, or are of a form of their own; of
# those that end in a dot, each entry.
WRITTEN = {
    "price": 'write a number from 0 to 999999999999.99 with a dot, as in "19.90", or null',
    "currency": 'write three capital letters, as in "EUR"',
    "product_url": ADDRESS,
    "image_urls.": ADDRESS,
}
A_NUMBER, TRUE_OR_FALSE, AN_OBJECT = "write a number", "write true or false", "write an object"
# How any other is written, by what pydantic finds.
# https://docs.pydantic.dev/latest/errors/validation_errors/
OTHERWISE = {
    "missing": "it is missing",
    "string_type": "write a text",
    "string_too_long": "write at most {max_length} characters",
    "string_too_short": "write a text that is not empty",
    "bool_type": TRUE_OR_FALSE,
    "bool_parsing": TRUE_OR_FALSE,
    "int_type": A_NUMBER,
    "int_parsing": A_NUMBER,
    "int_from_float": "write a whole number",
    "greater_than_equal": "write a number that is at least {ge}",
    "less_than": "write a number below {lt}",
    "less_than_equal": "write a number that is at most {le}",
    "list_type": "write a list",
    "too_long": "name at most {max_length}",
    "too_short": "name at least {min_length}",
    "enum": "write one of {expected}",
    "literal_error": "write one of {expected}",
    "model_type": AN_OBJECT,
    "model_attributes_type": AN_OBJECT,
}
Part = str | int


def sentence_of(error: ValidationError, kind: type[BaseModel]) -> str:
    """What is wrong first with a body of this kind, and where."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [part for part in first["loc"] if not str(part).startswith("constrained-")]
    context: dict[str, Any] = first.get("ctx", {})
    if not place:
        found = context.get("error", "it is no object")
        return f"The JSON cannot be read: {found}."
    shown = ".".join(str(part)[:LONGEST_SHOWN] for part in place)
    if first["type"] == "extra_forbidden":
        return (
            f"{shown}: there is no such field; there are: {', '.join(_fields_beside(kind, place))}."
        )
    written = WRITTEN.get(_key(place)) or OTHERWISE.get(first["type"], "").format(**context)
    return f"{shown}: {written or first['msg']}."


def _key(place: list[Part]) -> str:
    """A field's name; that of a list with a dot, where one of its entries is meant."""
    last = place[-1]
    return last if isinstance(last, str) else f"{place[-2]}."


def _fields_beside(kind: type[BaseModel], place: list[Part]) -> list[str]:
    """The fields that there are where there is one too many."""
    for part in place[:-1]:
        if isinstance(part, str):
            kind = _model_within(kind.model_fields[part].annotation) or kind
    return list(kind.model_fields)


def _model_within(annotation: Any) -> type[BaseModel] | None:
    """The model of a field's values, as of the entries of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = (_model_within(part) for part in get_args(annotation))
    return next(filter(None, parts), None)
