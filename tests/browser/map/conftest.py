from tests.maps import drawn, fewer_rounds, folder  # noqa: F401 – fixtures
