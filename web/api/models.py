"""Keys for the API. What is kept is their SHA-256: a key is shown once, when it is made."""

import hashlib
import secrets
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models


class ApiKey(models.Model):
    """Who may ask, and how often. A key is 256 random bits, so that a plain hash is enough."""

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
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["ApiKey"]]

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(cls, name: str, a_minute: int | None = None) -> str:
        """Keeps a new key, and returns it; it cannot be had a second time."""
        key = secrets.token_urlsafe(32)
        cls.objects.create(name=name, digest=digest_of(key), a_minute=a_minute)
        return key

    @classmethod
    def of(cls, key: str) -> "ApiKey | None":
        """The active key of that text."""
        return cls.objects.filter(digest=digest_of(key), active=True).first()


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
