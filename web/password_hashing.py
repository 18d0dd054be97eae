"""Hashing a password takes a quarter of a second on purpose: done beside the event loop."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from recommender.live.worker_threads import Lane, beside


class CalmPBKDF2(PBKDF2PasswordHasher):
    """Django's own, hash for hash: one password after the other, while others are served."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return beside(Lane.PASSWORDS, super().encode, password, salt, iterations)
