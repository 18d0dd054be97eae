"""Where an export will lie on the web, as the option `--url` tells it."""

from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from django.utils.encoding import iri_to_uri

from catalog.addresses import is_web_address
from catalog.hosts import in_ascii


def web_address(text: str) -> str:
    """An option's address of a folder on the web, as it is asked for: in ASCII."""
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if not is_web_address(text) or not parts.hostname:
        raise ArgumentTypeError(f"{text!r} is no address such as https://shop.example/look/")
    if "?" in text or "#" in text or "@" in parts.netloc:
        raise ArgumentTypeError(
            "the address of a folder is needed, without a user, ? and #, "
            "such as https://shop.example/look/"
        )
    host = in_ascii(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    return iri_to_uri(f"{parts.scheme}://{host}{port}{parts.path}")
