"""A picture behind an address that somebody names: fetched with care, and told little of.

Whoever names an address learns whether there is a picture, and nothing else: what a name leads to,
whether a port is open and what a server answers is for the owner's log alone.
"""

import logging

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _
from urllib3.util.connection import create_connection

from catalog.addresses import is_web_address
from catalog.hosts import in_ascii
from catalog.visiting.addresses import ForbiddenAddress, Resolver, resolve
from catalog.visiting.connections import Connector
from catalog.visiting.fetching import Fetcher, FetchError
from recommender.search.errors import BadQuery, legible

logger = logging.getLogger(__name__)

# What a picture behind an address may take, while somebody waits.
MAX_SECONDS, MAX_BYTES = 8.0, 10 * 2**20


class NoPictureThere(BadQuery):
    """Whatever the reason: one sentence for who asked, the reason for the owner."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(
            _("No picture can be fetched from this address. Save it, and send the picture itself.")
        )
        self.reason = legible(str(reason), 300)
        self.url = url

    @property
    def for_owner(self) -> str:
        return f"The picture cannot be fetched: {self.reason}."

    def log(self) -> None:
        """Tells the owner what the visitor is not told."""
        logger.warning("No picture from %s: %s", legible(self.url, 300), self.reason)


def fetched(url: str) -> bytes:
    """The picture behind an address; it is compared, and not kept. Raises BadQuery."""
    if not settings.ALLOW_PICTURE_URLS:
        raise BadQuery(
            _("Pictures are not fetched from other sites here. Send the picture itself.")
        )
    if not is_web_address(url):
        raise BadQuery(_("The address must begin with http:// or https://."))
    try:
        return fetcher().get(url, max_bytes=MAX_BYTES).body
    except FetchError as error:
        raise NoPictureThere(url, error) from error


def fetcher(resolver: Resolver = resolve, connector: Connector = create_connection) -> Fetcher:
    """One that goes where scrapes may go, to the hosts that the owner allows, and is soon back."""

    def resolved(host: str, port: int) -> list[str]:
        """Asked before every connection, those of redirects and of robots.txt among them."""
        if not is_allowed(host):
            raise ForbiddenAddress(f"{host} is not among PICTURE_URL_HOSTS")
        return resolver(host, port)

    return Fetcher(
        settings.SCRAPE_USER_AGENT,
        allow_loopback=settings.SCRAPE_ALLOW_LOOPBACK,
        resolver=resolved,
        connector=connector,
        max_seconds=MAX_SECONDS,
        patient=False,
    )


def is_allowed(host: str) -> bool:
    """Whether the owner lets pictures be fetched there: from all hosts, where none is named."""
    hosts = [in_ascii(name) for name in settings.PICTURE_URL_HOSTS]
    return not hosts or validate_host(in_ascii(host), hosts)
