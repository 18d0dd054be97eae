"""The networks that there are, and the embedders that they give.

Nothing is loaded here, so that a web worker can tell whether an index fits.
"""

from pathlib import Path

from recommender.embedders.contract import EmbedderError, EmbedderSpec
from recommender.embedders.networks import efficientnet_lite, vgg16
from recommender.embedders.networks.network import PictureNetwork
from recommender.embedders.networks.user_onnx import user_networks

NETWORKS: dict[str, PictureNetwork] = {
    network.name: network for network in (vgg16.NETWORK, efficientnet_lite.NETWORK, vgg16.UNTRAINED)
}

EMBEDDERS: dict[str, EmbedderSpec] = {
    spec.name: spec for network in NETWORKS.values() for spec in network.specs()
}

# What `auto` means: the first of these whose weights are at hand.
PREFERRED = ("vgg16", "efficientnet-lite2")


def embedder_spec(name: str) -> EmbedderSpec:
    """The spec of embedder `name`; EmbedderError with the known names otherwise."""
    if name not in EMBEDDERS:
        raise EmbedderError(f"There is no embedder {name!r}; there are {', '.join(EMBEDDERS)}.")
    return EMBEDDERS[name]


def register_user_networks(folder: Path) -> None:
    """Makes known the networks that users brought, whose weights lie in `folder`."""
    for network in user_networks(folder):
        NETWORKS[network.name] = network
        EMBEDDERS.update({spec.name: spec for spec in network.specs()})
