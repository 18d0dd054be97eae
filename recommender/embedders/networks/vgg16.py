"""VGG-16 (Simonyan and Zisserman, 2014, configuration D), the tutorial's network.

Layers are named as Keras names them. Pictures are as the authors' Caffe release and
`keras.applications.vgg16.preprocess_input` have them: blue-green-red, less the mean colour of
ImageNet, no scaling.
"""

from recommender.embedders.graph import (
    PICTURE,
    Convolution,
    Dense,
    GlobalPooling,
    Graph,
    Layer,
    MaxPooling,
)
from recommender.embedders.networks.network import Cut, Network
from recommender.embedders.networks.vgg16_files import as_ours, keras_cache
from recommender.embedders.pictures import Preprocessing
from recommender.embedders.weights.seeded import Seeded
from recommender.embedders.weights.store import ImportedWeights
from runs.words import gettext_noop

# Layers and channels of the five blocks; each ends in a pooling that halves the sides.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
SIDE, DENSE = 224, (4096, 4096)


def graph(width: float = 1, side: int = SIDE, dense: tuple[int, int] = DENSE) -> Graph:
    """The network to fc2, and beside it the mean of the last pooling, `pool5`."""
    layers: list[Layer] = []
    source, channels = PICTURE, 3
    for block, (count, wide) in enumerate(BLOCKS, 1):
        for number in range(1, count + 1):
            name, outputs = f"block{block}_conv{number}", round(wide * width)
            layers.append(Convolution(name, (source,), channels, outputs))
            source, channels = name, outputs
        layers.append(MaxPooling(f"block{block}_pool", (source,)))
        source = f"block{block}_pool"
    layers.append(GlobalPooling("pool5", (source,)))
    inputs = channels * (side // 2 ** len(BLOCKS)) ** 2
    layers.append(Dense("fc1", (source,), inputs, dense[0]))
    layers.append(Dense("fc2", ("fc1",), dense[0], dense[1]))
    return Graph(side, tuple(layers))


_PREPROCESSING = Preprocessing(SIDE, "bgr", (103.939, 116.779, 123.68))

WEIGHTS = ImportedWeights(
    name="vgg16",
    convert=as_ours,
    origin="ImageNet weights by the Visual Geometry Group, University of Oxford",
    licence="CC BY 4.0",
    ways="run `manage.py weights fetch` (553 MB), `manage.py weights add FILE`, "
    "or set VGG16_WEIGHTS=/a/file; without them efficientnet-lite2 works at once",
    without_dense="vgg16-pool5",
    elsewhere=keras_cache,
)

NETWORK = Network(
    name="vgg16",
    graph=graph(),
    preprocessing=_PREPROCESSING,
    cuts=(
        Cut("vgg16", "fc2", DENSE[1], gettext_noop("VGG-16 trained on ImageNet")),
        Cut(
            "vgg16-fc1",
            "fc1",
            DENSE[0],
            gettext_noop("VGG-16 trained on ImageNet, first dense layer"),
        ),
        Cut(
            "vgg16-pool5",
            "pool5",
            BLOCKS[-1][1],
            gettext_noop("VGG-16 trained on ImageNet, last pooling"),
        ),
    ),
    source=WEIGHTS,
)

UNTRAINED = Network(
    name="vgg16-untrained",
    graph=graph(),
    preprocessing=_PREPROCESSING,
    cuts=(Cut("vgg16-untrained", "fc2", DENSE[1], gettext_noop("VGG-16, never trained")),),
    source=Seeded("vgg16", seed=16),
)
