import pytest
from django.conf import settings

HERE = "recommender/engines/postgres/"
NEEDS = "needs INDEX_ENGINE=postgres: test_server.py runs it on a server of its own"


def pytest_collection_modifyitems(items):
    if settings.INDEX_ENGINE == "postgres":
        return
    for item in items:
        if HERE in item.path.as_posix() and item.path.name not in (
            "test_server.py",
            "test_copying.py",
        ):
            item.add_marker(pytest.mark.skip(reason=NEEDS))
