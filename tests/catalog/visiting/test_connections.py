"""Connections to checked addresses, within a budget."""

import socket
from types import SimpleNamespace

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from catalog.visiting.addresses import ForbiddenAddress
from catalog.visiting.connections import Budget, CheckedAdapter, OverBudget
from tests.shops import Shop

PUBLIC, OTHER = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the test moves."""
    now = SimpleNamespace(time=1000.0)
    monkeypatch.setattr("time.monotonic", lambda: now.time)
    return now


def test_a_budget_of_time_runs_out(clock):
    budget = Budget(30, 1000)
    clock.time += 29
    assert budget.seconds_left() == 1
    clock.time += 1
    with pytest.raises(OverBudget, match="not complete after 30 seconds"):
        budget.seconds_left()


def test_a_budget_of_bytes_is_taken_up_to_the_last():
    budget = Budget(30, 2_000_000)
    budget.take(1_999_999)
    budget.take(1)
    budget.take(0)
    with pytest.raises(OverBudget, match="larger than 2 MB"):
        budget.take(1)


class Connector:
    """Connects to nothing: answers with a pair of sockets, or refuses the addresses it is told to."""

    def __init__(self, *refused):
        self.refused = refused
        self.asked = []

    def __call__(self, address, patience):
        self.asked.append((*address, patience))
        if address[0] in self.refused:
            raise ConnectionRefusedError(f"{address[0]} refused")
        own, self.other = socket.socketpair()
        return own


def connect(addresses, connector, allow_loopback=False, budget=None, timeout=9.0):
    """A socket through the adapter, its name resolved to `addresses`."""
    adapter = CheckedAdapter(allow_loopback, lambda host, port: addresses, connector)
    adapter.budget = budget or Budget(30, 1000)
    return adapter.connect(HTTPConnection("shop.example", 443, timeout=timeout))


def test_the_connection_goes_to_the_first_address_that_answers():
    connector = Connector(PUBLIC)
    with connect([PUBLIC, OTHER], connector) as made, connector.other:
        assert [address for address, _, _ in connector.asked] == [PUBLIC, OTHER]
        assert made.gettimeout() == 9.0


def test_no_address_is_tried_before_all_are_judged():
    connector = Connector()
    with pytest.raises(
        ForbiddenAddress, match=r"shop\.example leads to 10\.0\.0\.1, a private address"
    ):
        connect([PUBLIC, "10.0.0.1"], connector)
    assert connector.asked == []


def test_this_machine_is_visited_only_where_that_is_allowed():
    with pytest.raises(ForbiddenAddress, match="SCRAPE_ALLOW_LOOPBACK"):
        connect(["127.0.0.1"], Connector())
    connector = Connector()
    with connect(["127.0.0.1"], connector, allow_loopback=True), connector.other:
        pass
    with pytest.raises(ForbiddenAddress):  # a private address that is not this machine
        connect(["192.168.0.1"], Connector(), allow_loopback=True)


def test_where_no_address_answers_the_last_failure_is_told():
    with pytest.raises(NewConnectionError, match=f"{OTHER} refused"):
        connect([PUBLIC, OTHER], Connector(PUBLIC, OTHER))
    with pytest.raises(NewConnectionError, match=r"shop\.example has no address"):
        connect([], Connector())


def test_no_try_is_more_patient_than_the_whole_exchange(clock):
    connector = Connector(PUBLIC)
    with pytest.raises(NewConnectionError):
        connect([PUBLIC], connector, budget=Budget(4, 1000))
    assert connector.asked == [(PUBLIC, 443, 4)]
    spent = Budget(4, 1000)
    clock.time += 5
    with pytest.raises(OverBudget):
        connect([PUBLIC], connector, budget=spent)


def test_a_name_that_is_none_is_told():
    def resolver(host, port):
        raise UnicodeError("label too long")

    adapter = CheckedAdapter(False, resolver, Connector())
    with pytest.raises(ValueError, match=r"a\.\.b is no host name"):
        adapter.connect(HTTPConnection("a..b", 80, timeout=1))


def test_every_byte_that_arrives_is_counted():
    with Shop({"/": b"x" * 500}) as shop, requests.Session() as session:
        session.mount("http://", adapter := CheckedAdapter(allow_loopback=True))
        adapter.budget = Budget(10, 10_000)
        assert session.get(shop.url).content == b"x" * 500
        assert 500 < 10_000 - adapter.budget.left < 1000  # headers are bytes, too
        adapter.budget = Budget(10, 400)
        with pytest.raises(OverBudget, match=r"larger than 0\.0004 MB"):
            session.get(shop.url)
