from tests.maps import drawn, folder, small  # noqa: F401 – fixtures
