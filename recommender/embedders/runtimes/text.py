"""Text towers that users bring as ONNX files, each with its tokenizer.json: from words to vectors.

OpenVINO and tokenizers are imported inside functions only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.embedders.contract import EmbedderError
from recommender.embedders.runtimes.onnx import one_line, open_network
from recommender.embedders.runtimes.openvino import compiled, run_named
from recommender.embedders.weights.errors import WeightsRefused

# Tokens at most, where neither the network nor the tokenizer says: CLIP's.
LONGEST = 77
# What else a network may ask for beside the tokens, and what it is given.
MASK, KINDS = "attention_mask", "token_type_ids"
# What is filled up with where the tokenizer does not say, the first that it knows; else 0.
FILLING = ("<pad>", "[PAD]", "<|endoftext|>", "</s>")


class TextRuntime:
    """n texts -> (n, d) float32: `output` of the ONNX file at `path`, "" for its only one.

    Raises EmbedderError without OpenVINO or tokenizers, WeightsRefused for files that it cannot
    use.
    """

    def __init__(self, path: Path, tokenizer: Path, output: str = "") -> None:
        network = open_network(path)
        self._inputs = {one.any_name: _kind_of(one, path) for one in network.inputs}
        self._ids = _ids_among(self._inputs, path)
        self.output = _output_of(network, output, path)
        self._tokenizer = _prepared(_read(tokenizer), _length_of(network.input(self._ids)))
        self._network, self._path = compiled(network), path

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        return np.concatenate([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        tokens = self._tokenizer.encode(text)
        given = {self._ids: tokens.ids, MASK: tokens.attention_mask, KINDS: tokens.type_ids}
        kinds = self._inputs.items()
        inputs: dict[str, np.ndarray] = {
            name: np.array([given[name]], kind) for name, kind in kinds
        }
        try:
            found = run_named(self._network, inputs, self.output)
        except RuntimeError as error:
            raise WeightsRefused(
                f"{self._path}: it cannot compute a text ({one_line(error)})."
            ) from error
        if found.ndim != 2:
            raise WeightsRefused(
                f"{self._path}: expected a vector of numbers a text from {self.output}; found an "
                f"array of shape {found.shape}. Say --text-output NAME."
            )
        return np.asarray(found, np.float32)


def _kind_of(entry: Any, path: Path) -> type:
    kinds = {"i64": np.int64, "i32": np.int32}
    found = entry.element_type.get_type_name()
    if found not in kinds:
        raise WeightsRefused(
            f"{path}: expected tokens, whole numbers; its input {entry.any_name} is {found}."
        )
    return kinds[found]


def _ids_among(inputs: Sequence[str] | dict[str, type], path: Path) -> str:
    """The input that takes the tokens: the one that is none of the others that we know."""
    ids = [name for name in inputs if name not in (MASK, KINDS)]
    if len(ids) != 1:
        raise WeightsRefused(
            f"{path}: expected one input of tokens, beside {MASK} and {KINDS}; found "
            f"{', '.join(inputs) or 'none'}."
        )
    return ids[0]


def _output_of(network: Any, wanted: str, path: Path) -> str:
    names = [output.any_name for output in network.outputs]
    if wanted not in names if wanted else len(names) > 1:
        raise WeightsRefused(
            f"{path}: say which output to take: --text-output {' or '.join(names)}."
        )
    return wanted or str(names[0])


def _length_of(entry: Any) -> int | None:
    """How many tokens it takes, always; None where any number will do."""
    shape = entry.partial_shape
    if shape.rank.is_dynamic or len(shape) != 2 or shape[1].is_dynamic:
        return None
    return int(shape[1].get_length())


def _read(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise EmbedderError(
            "Networks that read text need tokenizers. Run: pip install tokenizers"
        ) from None
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # whatever its reader raises
        raise WeightsRefused(f"{path}: it is no tokenizer.json ({one_line(error)}).") from error


def _prepared(tokenizer: Any, length: int | None) -> Any:
    """The tokenizer, cutting off what is too long, and filling up to a fixed length."""
    if length is None:
        if tokenizer.truncation is None:
            tokenizer.enable_truncation(LONGEST)
        return tokenizer
    tokenizer.enable_truncation(length)
    said = tokenizer.padding or {}
    known = (tokenizer.token_to_id(token) for token in FILLING)
    found = next((token for token in known if token is not None), 0)
    tokenizer.enable_padding(length=length, pad_id=said.get("pad_id", found))
    return tokenizer
