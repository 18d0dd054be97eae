"""What a new worker does before it serves: else the first visitor would wait for it.

It is done on the worker's own thread, before anybody is connected. Modules that were first imported
on a thread beside the event loop have been seen to come out half made.
"""

import logging
from contextlib import suppress
from importlib import import_module

from django.db import DatabaseError
from PIL import Image

from catalog import replica
from recommender.errors import IndexUnavailable
from recommender.index.compiling import compile_for_queries
from recommender.live.engine import engine

logger = logging.getLogger(__name__)

# What searches and pictures load when they are asked for first; not all need be installed.
LOADED_LATE = ("numpy.ma", "ncnn", "safetensors.numpy")


def warm() -> None:
    """Loads what is loaded late, and has numba load what the build has compiled."""
    with replica.reading():
        _warm()


def _warm() -> None:
    try:
        index = engine().live()
    except (IndexUnavailable, DatabaseError):
        return
    for module in LOADED_LATE:
        with suppress(ImportError):
            import_module(module)
    Image.init()
    try:
        index.duplicates(index.some(1))  # which looks through the groups
        compile_for_queries()
    except Exception:  # the site is served all the same
        logger.exception("A first search has failed.")
