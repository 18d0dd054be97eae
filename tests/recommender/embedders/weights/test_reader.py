"""Numbers of fewer bits in files of weights: read, or refused by name."""

import io
import json
import struct

import numpy as np
import pytest

from recommender.embedders.weights.errors import WeightsRefused
from recommender.embedders.weights.reading import read_weights_file

VALUES = [[1.0, -2.5, 0.0, 3.140625], [65536.0, -0.0078125, 1e30, 2.0]]
FLOAT32 = np.array(VALUES, "<f4")


def safetensors_file(path, **tensors):
    """name=(kind, shape, bytes), written by hand: the library writes no such kinds."""
    header, data = {}, b""
    for name, (kind, shape, content) in tensors.items():
        place = [len(data), len(data) + len(content)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": place}
        data += content
    told = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(told)) + told + data)
    return path


def bfloat16(numbers) -> bytes:
    return (numbers.view("<u4") >> 16).astype("<u2").tobytes()


def test_bfloat16_is_read_as_float32(tmp_path):
    path = safetensors_file(
        tmp_path / "half.safetensors",
        bias=("F32", [4], FLOAT32[0].tobytes()),
        weight=("BF16", [2, 4], bfloat16(FLOAT32)),
        steps=("I64", [], np.int64(7).tobytes()),
    )
    arrays = read_weights_file(path).arrays
    assert arrays["weight"].dtype == np.float32
    assert np.allclose(arrays["weight"], FLOAT32, rtol=2**-7, atol=0)
    assert arrays["weight"][0].tolist() == VALUES[0], "what eight bits hold is the same"
    assert arrays["bias"].tolist() == VALUES[0]
    assert arrays["steps"] == 7


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("F8_E4M3", 8), ("F8_E5M2", 8), ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8), ("F6_E2M3", 6),
     ("F6_E3M2", 6), ("F4", 4), ("C64", 64)],
)  # fmt: skip
def test_numbers_of_too_few_bits_are_refused_by_file_tensor_and_kind(tmp_path, kind, bits):
    path = safetensors_file(
        tmp_path / "small.safetensors",
        fine=("F32", [4], FLOAT32[0].tobytes()),
        weight=(kind, [16], bytes(2 * bits)),
    )
    with pytest.raises(WeightsRefused) as refused:
        read_weights_file(path)
    assert str(refused.value) == (
        f"{path}: weight: expected floats of 16, 32 or 64 bits, found {kind}; save it as float32."
    )


def test_a_kind_that_nobody_knows_is_refused_in_a_sentence(tmp_path):
    path = safetensors_file(tmp_path / "new.safetensors", weight=("F3", [8], bytes(3)))
    with pytest.raises(WeightsRefused, match="expected a safetensors file"):
        read_weights_file(path)


@pytest.mark.parametrize(
    ("array", "found"),
    [(np.zeros(4, "V2"), "|V2"), (np.zeros(2, "c8"), "complex64"), (np.array(["a"]), "<U1")],
)
def test_an_npz_of_other_things_is_refused_by_name(tmp_path, array, found):
    """bfloat16 comes out of numpy's files as two bytes without a meaning."""
    buffer = io.BytesIO()
    np.savez(buffer, weight=array)
    path = tmp_path / "odd.npz"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(WeightsRefused) as refused:
        read_weights_file(path)
    assert (
        str(refused.value) == f"{path}: weight: expected floats, found {found}; save it as float32."
    )
