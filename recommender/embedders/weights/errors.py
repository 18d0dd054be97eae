"""What can be wrong with weights."""

from recommender.embedders.contract import EmbedderError


class WeightsMissing(EmbedderError):
    """No weights on this machine; the message says how to get them."""


class WeightsRefused(EmbedderError):
    """A file does not hold the network's weights; which, what was expected, what was found."""
