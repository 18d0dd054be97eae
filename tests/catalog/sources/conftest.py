import pytest

from catalog.visiting.fetching import Fetcher


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)
