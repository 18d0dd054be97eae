"""Room for answers, bounded in bytes: what was asked for longest ago makes way."""

from collections import OrderedDict
from threading import Lock

# What an entry takes beside its bytes: the key, the tuple, the place in the order.
OVERHEAD = 400

Answer = tuple[bytes, str]


class Shelf:
    """Answers, (body, content type), by their keys."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes, self.bytes = max_bytes, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> Answer | None:
        """What is there, which is now the last to make way."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, answer: Answer) -> None:
        """Keeps it, and lets go of what there is no room for any more."""
        with self._lock:
            self._drop(key)
            self._answers[key] = answer
            self.bytes += _size(answer)
            while self.bytes > self.max_bytes:
                self._drop(next(iter(self._answers)))

    def clear(self) -> None:
        """Lets go of all."""
        with self._lock:
            self._answers.clear()
            self.bytes = 0

    def _drop(self, key: str) -> None:
        if (answer := self._answers.pop(key, None)) is not None:
            self.bytes -= _size(answer)


def _size(answer: Answer) -> int:
    return len(answer[0]) + OVERHEAD
