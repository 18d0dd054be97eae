import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from catalog import replica
from web.middleware import reading


def asked(rf, monkeypatch, address, **more):
    """Whether a view that is reached by that address reads from the replica."""
    monkeypatch.setattr(replica, "exists", lambda: True)
    monkeypatch.setattr(replica, "why_silent", lambda _alias: "")
    seen = []

    def view(_request):
        seen.append(replica.alias_to_read())
        return HttpResponse()

    request = rf.generic(more.pop("method", "GET"), address)
    request.COOKIES.update(more)
    reading.from_replica(view)(request)
    return seen == [replica.REPLICA]


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/browse/"), ("GET", "/readyz"), ("GET", "/nowhere"), ("POST", "/api/v1/similar/"), ("POST", "/picture/")],
)  # fmt: skip
def test_a_visitor_reads_from_the_replica(rf, monkeypatch, method, address):
    assert asked(rf, monkeypatch, address, method=method)


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/admin/"), ("GET", "/admin/login/"), ("PUT", "/api/v1/products/1/"), ("DELETE", "/api/v1/products/1/"),
     ("POST", "/api/v1/webhooks/shopify/"), ("GET", "/api/v1/changes/1/"), ("POST", "/judge/")],
)  # fmt: skip
def test_the_admin_and_what_writes_read_from_the_primary(rf, monkeypatch, method, address):
    assert not asked(rf, monkeypatch, address, method=method)


def test_so_does_who_has_a_session(rf, monkeypatch):
    assert not asked(rf, monkeypatch, "/browse/", sessionid="x")


def test_without_a_replica_it_is_not_there():
    with pytest.raises(MiddlewareNotUsed):
        reading.from_replica(lambda _request: HttpResponse())
