"""What became of one item of a run."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """`key` names the item; `detail` says what changed, or why it failed.

    `note` is something a user should hear of although the item is well.
    """

    key: str
    status: Status
    detail: str = ""
    note: str = ""
