"""The ancestor of the recommender's own errors, and those that any engine raises."""


class SimilarityError(Exception):
    """Something is wrong: `sentence` says what, and `command`, if there is one, mends it.

    As text it is both, for a terminal or a log.
    """

    leads_to = "Run:"

    def __init__(self, sentence: str, command: str = "") -> None:
        super().__init__(f"{sentence} {self.leads_to} {command}" if command else sentence)
        self.sentence, self.command = sentence, command


class IndexUnavailable(SimilarityError):
    """No index can be served; `command` mends it."""


OF_ANOTHER_VERSION = (
    "The previous index of %s was made in another way than this version of the program makes it, "
    "and cannot be served."
)


class PublishError(SimilarityError):
    """The live index could not be changed, and is as it was; the sentence says why."""
