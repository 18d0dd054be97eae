"""The addresses of servers in settings, with a user and a password in them.

A sign of the password that means something in an address cuts it in the wrong place. Whatever
cannot be meant stops the program; no part of the address is shown, or kept in the error.
"""

import re
from urllib.parse import quote, unquote, unquote_to_bytes

from django.core.exceptions import ImproperlyConfigured

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(?:([^/?]*)@)?([^/?#@]*)([/?][^@]*)?", re.I | re.S)
_HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[^:\[\]\s]*)(?::([0-9]{1,5}))?", re.I)
_LOOSE_PERCENT = re.compile(r"%(?![0-9a-f]{2})", re.I)


def checked(name: str, address: str) -> str:
    """The address in setting `name`, its user and password percent-encoded throughout.

    Raises ImproperlyConfigured where it could be read in two ways.
    """
    if re.match(r"[a-z0-9+.-]+:///", address, re.I):
        return address  # a file's
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise _refused(name)
    scheme, login, hosts, rest = found.groups(default="")
    if not all(_is_host(host) for host in hosts.split(",")):
        raise _refused(name)
    if found[2] is not None:
        user, sign, password = login.partition(":")
        hosts = f"{_encoded(name, user)}{sign}{_encoded(name, password)}@{hosts}"
    return f"{scheme}://{hosts}{rest}"


def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return found is not None and int(found[1] or 0) < 2**16


def _encoded(name: str, text: str) -> str:
    try:
        unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise _refused(name) from None
    if _LOOSE_PERCENT.search(text):
        raise _refused(name)
    return quote(unquote(text), safe="")


def _refused(name: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{name} cannot be read as an address. Within a user's name or a password write ? as %3F, "
        "/ as %2F, # as %23, @ as %40, : as %3A and % as %25."
    )
