"""Weights of chance, the same everywhere: to try the program, and to test it."""

import hashlib
from dataclasses import dataclass

import numpy as np

from recommender.embedders.graph import Arrays, Graph
from recommender.embedders.weights.source import Places, Weights


@dataclass(frozen=True)
class Seeded:
    """He-normal kernels (He et al., 2015) from a seeded generator; biases are zero."""

    recipe: str
    seed: int
    origin: str = "random weights"
    licence: str = ""
    trained: bool = False

    def available(self, needed: Graph, places: Places) -> bool:
        return True

    def find(self, whole: Graph, needed: Graph, places: Places) -> Weights:
        recipe = f"{self.recipe} he-normal float32 numpy-default-rng seed={self.seed}"
        sha256 = hashlib.sha256(recipe.encode()).hexdigest()
        return Weights(sha256, lambda: seeded_arrays(whole, self.seed))


def seeded_arrays(graph: Graph, seed: int) -> Arrays:
    """The arrays of `graph.shapes()`, in that order."""
    random = np.random.default_rng(seed)
    arrays = {}
    for name, shape in graph.shapes().items():
        if len(shape) == 1:
            arrays[name] = np.zeros(shape, np.float32)
        else:
            inputs = np.prod(shape[:2]) if shape[-1] == 1 else np.prod(shape[:-1])
            scale = np.float32(np.sqrt(2 / inputs))
            arrays[name] = random.standard_normal(shape, np.float32) * scale
    return arrays
