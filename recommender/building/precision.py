"""What a build says of the precision that it computes in."""

import time

import numpy as np
from django.conf import settings

from recommender.embedders.choice import precisions_of
from recommender.embedders.contract import BFLOAT16, FLOAT32, EmbedderError, LoadableEmbedder
from recommender.embedders.registry import NETWORKS
from recommender.embedders.runtimes import AUTO, has_bfloat16
from recommender.live import selection

# From so many pictures on, the two seconds that it takes to measure a gain are worth it.
MANY = 1000
# A smaller gain is not worth a line.
WORTH_IT = 1.2
TRIED, ROUNDS = 16, 3


def says_of_precision(chosen: LoadableEmbedder, to_embed: int) -> str:
    """What is to be heard before `to_embed` pictures are embedded with `chosen`; else ""."""
    spec, wanted = chosen.spec, settings.PRECISION
    if spec.precision == BFLOAT16:
        return ""
    if wanted == BFLOAT16:
        return f"PRECISION=bfloat16 is not for {spec.name}: it is always computed in float32."
    if wanted != AUTO or to_embed < MANY or BFLOAT16 not in precisions_of(spec.name):
        return ""
    if settings.RUNTIME not in (AUTO, "openvino") or not has_bfloat16():
        return ""
    gain = _gain(spec.name)
    if gain < WORTH_IT:
        return ""
    return (
        f"With PRECISION=bfloat16, the network takes {gain:.1f} times as many pictures a second "
        "here. What that costs: manage.py evaluate --against bfloat16"
    )


def _gain(name: str) -> float:
    """How many times as fast bfloat16 is on this machine now; 0 where it cannot be tried."""
    try:
        float32, bfloat16 = (
            selection.embedder_to_build(name, precision).load() for precision in (FLOAT32, BFLOAT16)
        )
    except EmbedderError:
        return 0.0
    side = NETWORKS[float32.spec.network].preprocessing.side
    pictures = list(np.random.default_rng(0).integers(0, 256, (TRIED, side, side, 3), np.uint8))
    seconds: dict[str, list[float]] = {FLOAT32: [], BFLOAT16: []}
    for _ in range(ROUNDS):
        for embedder in (float32, bfloat16):
            began = time.perf_counter()
            embedder.embed(pictures)
            seconds[embedder.spec.precision].append(time.perf_counter() - began)
    return min(seconds[FLOAT32]) / min(seconds[BFLOAT16])
