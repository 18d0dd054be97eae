"""The embedders that there are.

`EMBEDDERS` says what each one is, without importing a network, so that a web worker can tell
whether an index fits.
"""

from recommender.embedders.contract import EmbedderError, EmbedderSpec
from recommender.embedders.networks.vgg16 import VGG16, Topology


def _vgg_spec(
    name: str, description: str, topology: Topology = VGG16, trained: bool = True
) -> EmbedderSpec:
    # RGB -> BGR, made smaller with Pillow's bilinear filter, less the ImageNet means.
    preprocessing = f"bgr-{topology.side}-pillow-bilinear-minus-103.939-116.779-123.68"
    return EmbedderSpec(
        name, "fc2", topology.dense[1], preprocessing, trained, description, topology
    )


# In the order of preference: `EMBEDDER=auto` serves the first that has an index.
EMBEDDERS = {
    spec.name: spec
    for spec in (
        _vgg_spec("vgg16", "VGG-16 trained on ImageNet"),
        _vgg_spec("vgg16-untrained", "VGG-16, never trained", trained=False),
    )
}


def embedder_spec(name: str) -> EmbedderSpec:
    """The spec of embedder `name`; EmbedderError with the known names otherwise."""
    if name not in EMBEDDERS:
        raise EmbedderError(f"There is no embedder {name!r}; there are {', '.join(EMBEDDERS)}.")
    return EMBEDDERS[name]
