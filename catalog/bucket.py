"""Pictures in a bucket of an S3-like storage.

It takes django-storages: pip install 'django-storages[s3]'. PICTURES_STORAGE names the bucket;
boto3 finds the key as it always does (AWS_ACCESS_KEY_ID …).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from catalog.pictures import address_here

P = ParamSpec("P")
T = TypeVar("T")

# Seconds to connect and to wait for an answer; and how often it is tried.
CONNECT, READ, TRIES = 5, 30, 3
NOT_FOUND = 404


def as_files_do(work: Callable[P, T]) -> Callable[P, T]:
    """Raises what files raise: FileNotFoundError, or another OSError that says why."""

    @wraps(work)
    def doing(*given: P.args, **named: P.kwargs) -> T:
        try:
            return work(*given, **named)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == NOT_FOUND:
                raise FileNotFoundError(str(error)) from error
            raise OSError(str(error)) from error
        except BotoCoreError as error:
            raise OSError(str(error)) from error

    return doing


class BucketPictures(S3Storage):  # type: ignore[misc]  # it has no types
    """Pictures in a bucket; each is the old one or the new.

    Their addresses are the site's own: it knows which products are hidden, the bucket does not.
    """

    def __init__(self, **options: Any) -> None:
        limits = Config(
            connect_timeout=CONNECT, read_timeout=READ, retries={"total_max_attempts": TRIES}
        )
        super().__init__(
            **{"file_overwrite": True, "default_acl": None, "client_config": limits} | options
        )

    @as_files_do
    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        key = self._normalize_name(clean_name(name))
        return ContentFile(self.bucket.Object(key).get()["Body"].read(), name)

    @as_files_do
    def _save(self, name: str, content: "File[bytes]") -> str:
        return str(super()._save(name, content))

    @as_files_do
    def delete(self, name: str) -> None:
        super().delete(name)

    @as_files_do
    def exists(self, name: str) -> bool:
        return bool(super().exists(name))

    @as_files_do
    def size(self, name: str) -> int:
        return int(super().size(name))

    @as_files_do
    def get_modified_time(self, name: str) -> datetime:
        found: datetime = super().get_modified_time(name)
        return found

    def url(self, name: str | None, *_given: Any, **_named: Any) -> str:
        return address_here(name or "")
