"""How PostgreSQL's programs are told where the database is."""

from types import SimpleNamespace

import pytest

from config.env import env
from recommender.backups import database


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgres://me@db:5433/shop", {"PGHOST": "db", "PGPORT": "5433", "PGUSER": "me"}),
        ("postgres:///shop?host=/run/pg&port=5434", {"PGHOST": "/run/pg", "PGPORT": "5434"}),
        ("postgres://db/shop?sslmode=require", {"PGHOST": "db", "PGSSLMODE": "require"}),
    ],
)
def test_they_reach_what_the_address_names(monkeypatch, address, told):
    settings = env.db_url_config(address)
    monkeypatch.setattr(database, "connection", SimpleNamespace(settings_dict=settings))
    assert database._environment() == told | {"PGDATABASE": "shop"}
