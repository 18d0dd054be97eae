"""The controls with which pages ask for the fields of a question: one for each that has a label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.fields import Field, User
from catalog.kinds import OneOf, YesNoField
from catalog.typed import plain_number


@dataclass(frozen=True)
class Control:
    """One of them, with what was typed into it; templates/catalog/_control.html draws it."""

    field: Field
    value: str

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def label(self) -> str | Promise:
        return self.field.label

    @property
    def kind(self) -> str:
        """As Kind.control says."""
        return self.field.kind.control

    @property
    def is_on(self) -> bool:
        """Of a tick: whether it is set."""
        return self.value.strip().lower() in YesNoField.YES

    @property
    def position(self) -> str:
        """Of a slider: where it stands, as browsers write numbers."""
        return plain_number(self.value) if self.value else str(self.field.default or 0)

    @property
    def step(self) -> str:
        """Of a slider: a tenth of its way."""
        bounds = self.schema
        return str((bounds["maximum"] - bounds["minimum"]) / 10)

    @property
    def schema(self) -> dict[str, Any]:
        """Its bounds."""
        return self.field.kind.schema()

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """Of a choice: its names, and as people read them."""
        kind = self.field.kind
        return [(name, _(name)) for name in kind.names] if isinstance(kind, OneOf) else []


def controls(fields: Iterable[Field], asked: Mapping[str, Any]) -> list[Control]:
    """Those of the fields that visitors may use, with what is asked now."""
    shown = [field for field in fields if field.label and User.VISITOR in field.users]
    return [Control(field, str(asked.get(field.name, ""))) for field in shown]
