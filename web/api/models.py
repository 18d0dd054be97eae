"""Keys for the API. What is kept is their SHA-256: a key is shown once, when it is made."""

import hashlib
import secrets
from collections.abc import Iterable
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from web.api.origins import one_origin


class ApiKey(models.Model):
    """Who may ask, and how often. A key is 256 random bits, so that a plain hash is enough.

    One that names origins is for pages: whoever looks at their source can read it, so it may only
    read, and only from there.
    """

    name = models.CharField(max_length=100, unique=True, help_text="Whose it is.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    active = models.BooleanField(default=True, help_text="Without the tick, it is refused.")
    a_minute = models.PositiveIntegerField(
        "requests a minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="None: as many as API_KEY_RATE says.",
    )
    origins = models.TextField(
        "pages of",
        blank=True,
        help_text="Origins such as https://shop.example, one a line: the key may then stand in "
        "their pages, as data-key of the widget, and may only read. None: a key for programs.",
    )
    writes = models.BooleanField(
        "may write",
        default=False,
        help_text="Whether it may put products into the shop's index, change and remove them.",
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["ApiKey"]]

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(
        cls,
        name: str,
        a_minute: int | None = None,
        origins: Iterable[str] = (),
        *,
        writes: bool = False,
    ) -> str:
        """Keeps a new key, and returns it; it cannot be had a second time.

        With origins, it is one for their pages, which never `writes`. Raises ValueError where one
        of them is none.
        """
        key, lines = secrets.token_urlsafe(32), in_lines(origins)
        cls.objects.create(
            name=name, digest=digest_of(key), a_minute=a_minute, origins=lines,
            writes=writes and not lines,
        )  # fmt: skip
        return key

    @classmethod
    def of(cls, key: str) -> "ApiKey | None":
        """The active key of that text."""
        return cls.objects.filter(digest=digest_of(key), active=True).first()

    @classmethod
    def is_of_a_page(cls, origin: str) -> bool:
        """Whether an active key is for pages of that origin."""
        keys = cls.objects.filter(active=True, origins__contains=origin) if origin else ()
        return any(origin in key.pages for key in keys)

    @property
    def pages(self) -> list[str]:
        """The origins of the pages that it is for; none: it is for programs."""
        return self.origins.split()

    @property
    def is_for(self) -> str:
        """Programs, or the pages of which origins."""
        if self.pages:
            return f"pages of {', '.join(self.pages)}, read only"
        return "programs, which may write" if self.writes else "programs"

    def clean(self) -> None:
        """Writes origins as browsers do. Raises ValidationError where one is none."""
        try:
            self.origins = in_lines(self.pages)
        except ValueError as error:
            raise ValidationError({"origins": f"{error}."}) from None
        if self.origins and self.writes:
            raise ValidationError(
                {"writes": "Pages show their key to everybody: it may only read."}
            )
        if not self.origins and type(self).objects.filter(pk=self.pk).exclude(origins="").exists():
            sentence = "Pages show this key to everybody: for programs, make another one."
            raise ValidationError({"origins": sentence})


def in_lines(origins: Iterable[str]) -> str:
    """Origins as they are kept, each once. Raises ValueError where one is none."""
    return "\n".join(dict.fromkeys(map(one_origin, origins)))


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
