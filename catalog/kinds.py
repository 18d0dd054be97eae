"""The kinds of values that a field may have: what a form takes, and what describes it elsewhere.

`schema` is a JSON schema, for OpenAPI and assistants; `metavar` stands in a command's help,
`values` in docs/use.md.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.models import folded

NO_NUL = r"^[^\x00]*$"


class Kind(Protocol):
    """What a field's values are."""

    @property
    def metavar(self) -> str: ...
    @property
    def values(self) -> str: ...
    @property
    def control(self) -> str:
        """How a page asks for it: text, decimal, whole, slider, tick or choice."""

    def form_field(self, **options: Any) -> forms.Field: ...

    def schema(self) -> dict[str, Any]: ...


class YesNoField(forms.Field):
    """True or false, as addresses say it; anything else is refused, and nothing means no."""

    YES, NO = ("on", "true", "1", "yes"), ("", "off", "false", "0", "no")

    def clean(self, value: Any) -> bool:
        said = str(value or "").strip().lower()
        if said not in self.YES + self.NO:
            raise ValidationError(_("Say true or false."))
        return said in self.YES


class WordsField(forms.CharField):
    """A text of at most `max_words` words; None is no limit."""

    def __init__(self, max_words: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.max_words = max_words

    def clean(self, value: Any) -> str:
        words = str(super().clean(value))
        if self.max_words and len(folded(words).split()) > self.max_words:
            raise ValidationError(
                _("At most %(most)d words can be searched for at once."),
                params={"most": self.max_words},
            )
        return words


@dataclass(frozen=True)
class Text:
    """A text of at most so many characters, and words."""

    max_length: int = 200
    max_words: int | None = None
    metavar: str = "TEXT"
    values: str = "text"
    control: str = "text"

    def form_field(self, **options: Any) -> forms.Field:
        return WordsField(self.max_words, max_length=self.max_length, **options)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length, "pattern": NO_NUL}


@dataclass(frozen=True)
class Price:
    """An amount of money. Programs write it as text: its two places after the point are exact."""

    metavar: str = "PRICE"
    values: str = "a price, as in `19.90`"
    control: str = "decimal"

    def form_field(self, **options: Any) -> forms.Field:
        return forms.DecimalField(min_value=0, max_digits=14, decimal_places=2, **options)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["19.90"]}


@dataclass(frozen=True)
class Number:
    """A number between two bounds, both allowed."""

    least: float
    most: float
    control: str = "slider"

    @property
    def metavar(self) -> str:
        return f"{self.least}…{self.most}"

    @property
    def values(self) -> str:
        return f"{self.least:,} to {self.most:,}"

    def holds(self, value: float) -> bool:
        """Whether it lies between the bounds."""
        return self.least <= value <= self.most

    def form_field(self, **options: Any) -> forms.Field:
        return forms.FloatField(min_value=self.least, max_value=self.most, **options)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class WholeNumber(Number):
    """A whole number between two bounds, both allowed."""

    least: int
    most: int
    control: str = "whole"

    def form_field(self, **options: Any) -> forms.Field:
        return forms.IntegerField(min_value=self.least, max_value=self.most, **options)

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "integer"}


@dataclass(frozen=True)
class YesNo:
    """A switch, off unless it is said to be on."""

    metavar: str = ""
    values: str = "`on`"
    control: str = "tick"

    def form_field(self, **options: Any) -> forms.Field:
        return YesNoField(**options)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class OneOf:
    """One of some names; people see them translated."""

    names: tuple[str, ...]
    metavar: str = "NAME"
    control: str = "choice"

    @property
    def values(self) -> str:
        return ", ".join(f"`{name}`" for name in self.names)

    def form_field(self, **options: Any) -> forms.Field:
        return forms.ChoiceField(choices=[(name, _(name)) for name in self.names], **options)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names)}
