"""Which address a visitor is known by, whatever stands in X-Forwarded-For."""

import pytest
from django.http import HttpResponse

from web.middleware import client_address


def found(rf, settings, told, trusted=1, peer="127.0.0.1"):
    """The address of a request that says `told`, behind so many servers."""
    settings.TRUSTED_PROXIES = trusted
    headers = {} if told is None else {"X-Forwarded-For": told}
    request = rf.get("/", REMOTE_ADDR=peer, headers=headers)
    client_address.visitors(lambda request: HttpResponse())(request)
    return client_address.address(request)


@pytest.mark.parametrize(
    ("told", "trusted", "address"),
    [
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("203.0.113.9,, ", 1, "203.0.113.9"),
        ("203.0.113.9", 2, "203.0.113.9"),
        ("203.0.113.9", 0, "127.0.0.1"),
        (None, 1, "127.0.0.1"),
        ("", 1, "127.0.0.1"),
        ("203.0.113.9, unknown", 1, "127.0.0.1"),
        ("unknown, 10.0.0.1", 2, "10.0.0.1"),
    ],
)
def test_as_many_entries_are_believed_as_there_are_servers_in_front(
    rf, settings, told, trusted, address
):
    assert found(rf, settings, told, trusted) == address


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.900", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
    ],
)
def test_an_address_is_read_in_every_spelling_of_servers(rf, settings, told, address):
    assert found(rf, settings, told) == address


def test_who_comes_through_a_unix_socket_is_known_by_the_header_alone(rf, settings):
    assert found(rf, settings, "203.0.113.9", peer="") == "203.0.113.9"
    assert found(rf, settings, None, peer="") is None


def test_limits_count_the_ipv6_addresses_of_one_network_as_one_visitor(rf):
    def counted(address):
        return client_address.one_visitor(rf.get("/", REMOTE_ADDR=address))

    assert counted("2001:db8::1") == counted("2001:db8::ffff") == "2001:db8::/64"
    assert counted("2001:db8:0:1::1") != counted("2001:db8::1")
    assert (counted("203.0.113.9"), counted("")) == ("203.0.113.9", "")


@pytest.mark.parametrize(
    ("peer", "trusted", "lines"),
    [("127.0.0.1", 0, 1), ("10.0.0.2", 0, 1), ("8.8.8.8", 0, 0), ("127.0.0.1", 1, 0)],
)
def test_a_server_in_front_that_is_not_known_is_told_to_the_owner_once(
    rf, settings, caplog, peer, trusted, lines
):
    client_address._say_once.cache_clear()
    for _ in range(3):
        found(rf, settings, "203.0.113.9", trusted, peer)
    assert caplog.text.count("set TRUSTED_PROXIES=1") == lines
