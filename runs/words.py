"""Sentences that pages translate and that are written where there is no Django."""


def gettext_noop(sentence: str) -> str:
    """The sentence; its name tells `make messages` that translators are to have it."""
    return sentence
