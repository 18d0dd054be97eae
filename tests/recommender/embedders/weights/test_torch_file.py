import os
import pickle
from typing import Any

import numpy as np
import pytest

from recommender.embedders.weights.errors import WeightsRefused
from recommender.embedders.weights.torch_file import read_torch_file
from tests.recommender.embedders.weights.layouts import write_old, write_zip

STATE = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b.weight": np.arange(6, dtype=np.float32).reshape(3, 2).T,
}


@pytest.mark.parametrize("write", [write_old, write_zip])
def test_both_forms_give_the_arrays_whatever_their_strides(tmp_path, write):
    path = tmp_path / "state.pth"
    write(path, {"a.weight": STATE["a.weight"]})
    found = read_torch_file(path)
    np.testing.assert_array_equal(found["a.weight"], STATE["a.weight"])


class Attack:
    def __reduce__(self):
        return os.system, ("touch attacked",)


def test_what_a_pickle_asks_to_run_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "attack.pth"
    with path.open("wb") as file:
        values: list[Any] = [0x1950A86A20F9469CFC6C, 1001, {}, {"a": Attack()}, []]
        for value in values:
            pickle.dump(value, file, 2)
    with pytest.raises(WeightsRefused, match=r"attack\.pth.*system is not allowed"):
        read_torch_file(path)
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize("write", [write_old, write_zip])
@pytest.mark.parametrize("kept", [0, 1, 30, -1])
def test_a_file_cut_short_is_refused_by_name(tmp_path, write, kept):
    path = tmp_path / "cut.pth"
    write(path, {"a.weight": STATE["a.weight"]})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsRefused, match=r"cut\.pth: expected a PyTorch state dict"):
        read_torch_file(path)
