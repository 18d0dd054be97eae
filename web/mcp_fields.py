"""The arguments of an assistant's tool, out of the fields of a question.

The bounds stand in the schema alone: what lies beyond them is refused with our own sentence.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from pydantic import Field as Described

from catalog.fields import Field, User

Tool = TypeVar("Tool", bound=Callable[..., Any])
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list[str],
}
BOUNDS = ("minimum", "maximum", "maxLength", "examples")


def takes_fields(fields: Iterable[Field], **defaults: Any) -> Callable[[Tool], Tool]:
    """Lets a tool take the fields that assistants may use, beside its own arguments.

    They come as keyword arguments, by their names in the table.
    """
    own = [field for field in fields if User.ASSISTANT in field.users]
    names = {field.spoken or field.name: field.name for field in own}

    def decorate(tool: Tool) -> Tool:
        def named(*args: Any, **given: Any) -> Any:
            by_field = {names.get(name, name): value for name, value in given.items()}
            return tool(*args, **defaults | by_field)

        named.__name__, named.__doc__ = tool.__name__, tool.__doc__
        named.__signature__ = _signature(tool, own, defaults)  # type: ignore[attr-defined]
        return named  # type: ignore[return-value]

    return decorate


def _signature(tool: Tool, fields: list[Field], defaults: dict[str, Any]) -> inspect.Signature:
    bare = inspect.signature(tool)
    before = [p for p in bare.parameters.values() if p.kind is not p.VAR_KEYWORD]
    return bare.replace(parameters=before + [_parameter(field, defaults) for field in fields])


def _parameter(field: Field, defaults: dict[str, Any]) -> inspect.Parameter:
    schema = field.kind.schema()
    type_ = TYPES[schema["type"]]
    default = defaults.get(field.name, field.default)
    if default is None and not field.blank:
        default = inspect.Parameter.empty
    elif default is None and type_ is str:
        default = ""
    elif default is None:
        type_ = type_ | None
    extra = {name: schema[name] for name in BOUNDS if name in schema}
    if "enum" in schema:
        extra["enum"] = [*([""] if field.blank else []), *schema["enum"]]
    return inspect.Parameter(
        field.spoken or field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[type_, Described(description=field.help, json_schema_extra=extra)],
    )
