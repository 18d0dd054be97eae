"""Two workers and a scheduler on loopback, of which some are killed."""

import numpy as np
import pytest

from recommender.building import cluster
from recommender.building.cluster import ClusterError, workers_at
from recommender.building.listing import ListsInBlocks
from recommender.building.workers import ThisProcess
from recommender.index.distances import squared_norms
from recommender.index.neighbours import all_lists
from tests.clusters import LocalDask
from tests.recommender.building.test_listing import kept_in
from tests.recommender.index.test_blocks import same

VECTORS = np.maximum(np.random.default_rng(5).standard_normal((4000, 512)), 0).astype(np.float32)


def lists(folder, workers, progress=None):
    return ListsInBlocks(folder / "lists", workers)(VECTORS, squared_norms(VECTORS), 50, progress)


def once(what):
    """A progress that does `what` when the first block is there."""
    times: list[int] = []

    def progress(done, _of):
        times.append(done)
        if len(times) == 1:
            what()

    return progress


def test_without_an_address_this_process_does_the_work(tmp_path):
    with workers_at("", tmp_path) as workers:
        assert isinstance(workers, ThisProcess)
        assert workers.says() == []
        assert list(workers.each(str, [2, 1])) == [(2, "2"), (1, "1")]


def test_a_scheduler_that_does_not_answer_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(ClusterError, match=r"No scheduler answers at CLUSTER=tcp://127.0.0.1:9"):
        with workers_at("tcp://127.0.0.1:9", tmp_path):
            pass


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told_in_a_sentence(tmp_path, monkeypatch):
    with LocalDask(workers=0) as dask:
        dask.wait_for_workers()
        monkeypatch.setattr(cluster, "PATIENCE", 1)
        with pytest.raises(ClusterError, match=r"has no workers. Start one on each machine"):
            with workers_at(dask.address, tmp_path):
                pass


@pytest.mark.slow
def test_lists_of_a_cluster_are_those_of_one_process_bit_for_bit_whoever_dies(tmp_path):
    whole = all_lists(VECTORS, squared_norms(VECTORS), 50)
    with LocalDask() as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, tmp_path) as workers:
            assert workers.says() == [f"Cluster {dask.address}: 2 workers, 2 cores."]
            assert same(lists(tmp_path / "quiet", workers), whole)
        with workers_at(dask.address, tmp_path) as workers:
            assert same(lists(tmp_path / "worker", workers, once(dask.kill_a_worker)), whole)
        assert dask.workers[0].wait(5) == -9
        with workers_at(dask.address, tmp_path) as workers:
            with pytest.raises(ClusterError, match=r"has gone. What is done is kept"):
                lists(tmp_path / "scheduler", workers, once(dask.kill_the_scheduler))
    before = kept_in(tmp_path / "scheduler")
    assert before
    with LocalDask() as dask:
        dask.wait_for_workers()
        with workers_at(dask.address, tmp_path) as workers:
            assert same(lists(tmp_path / "scheduler", workers), whole)
    assert before.items() <= kept_in(tmp_path / "scheduler").items()


class FakeClient:
    """Workers that have the facts given."""

    def __init__(self, **facts):
        self.facts = facts

    def wait_for_workers(self, count, timeout):
        pass

    def nthreads(self):
        return {"tcp://10.0.0.7:1": 4}

    def run(self, work, token):
        return {"tcp://10.0.0.7:1": work(token) | self.facts}


def test_other_versions_on_a_worker_are_told(tmp_path):
    found = cluster.Cluster(FakeClient(numpy="1.0"), "tcp://10.0.0.5:8786", tmp_path)
    first, *differences = found.says()
    assert first == "Cluster tcp://10.0.0.5:8786: 1 worker, 4 cores."
    assert differences == [
        f"The worker tcp://10.0.0.7:1 has numpy 1.0, this machine {np.__version__}."
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_does_not_see_the_shared_folder_is_refused(tmp_path):
    class Blind(FakeClient):
        def run(self, work, token):
            return {"tcp://10.0.0.7:1": work(token.with_name("elsewhere"))}

    with pytest.raises(ClusterError, match=r"does not see .* VAR_DIR must be one folder"):
        cluster.Cluster(Blind(), "tcp://10.0.0.5:8786", tmp_path)


def test_a_worker_without_the_program_is_refused(tmp_path):
    class Bare(FakeClient):
        def run(self, work, token):
            raise ModuleNotFoundError("No module named 'recommender'")

    with pytest.raises(ClusterError, match=r"No module named 'recommender'"):
        cluster.Cluster(Bare(), "tcp://10.0.0.5:8786", tmp_path)
