"""Exits with 0 if the site of this container answers; the image's HEALTHCHECK. No Django."""

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def answers() -> bool:
    """Whether /healthz, below SCRIPT_NAME and at the port of BIND, answers 200 in time."""
    port = int(os.environ["BIND"].rpartition(":")[2])
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)  # past any proxy
    try:
        connection.request("GET", f"{os.environ.get('SCRIPT_NAME', '')}/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not answers())
