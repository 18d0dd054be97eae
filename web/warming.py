"""What a new worker does before it serves: else the first visitor would wait for it.

It is done on the worker's own thread, before anybody is connected. Modules that were first imported
on a thread beside the event loop have been seen to come out half made.
"""

import logging
from contextlib import suppress
from importlib import import_module

import numpy as np
from PIL import Image

from recommender.index.metrics import Metric
from recommender.live import current

logger = logging.getLogger(__name__)

# What searches and pictures load when they are asked for first; not all need be installed.
LOADED_LATE = ("numpy.ma", "recommender.index.kernels", "ncnn", "safetensors.numpy")


def warm() -> None:
    """Loads what is loaded late, and has numba load or compile what a search needs."""
    try:
        index = current.live_index()
    except current.IndexUnavailable:
        return
    for module in LOADED_LATE:
        with suppress(ImportError):
            import_module(module)
    Image.init()
    few = np.arange(min(2, len(index)))
    try:
        for metric in Metric:
            index.search(np.zeros(index.manifest.dimension, np.float32), metric, 1, among=few)
    except Exception:  # the site is served all the same
        logger.exception("A first search has failed.")
