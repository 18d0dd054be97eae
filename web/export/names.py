"""What the files of an export are called: one name an id, on any disk and any web space."""

import hashlib
import re
from collections.abc import Iterable

from catalog.pictures import file_name

# What Windows keeps for devices, whatever stands behind the dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.I)


class Names:
    """The names for these products. Where two differ in case only, one is told apart by its hash:
    many disks take them for one."""

    def __init__(self, item_ids: Iterable[str]) -> None:
        self._other: dict[str, str] = {}
        taken: set[str] = set()
        for item_id in sorted(item_ids):
            own = _own(item_id)
            name = f"%{own}" if _DEVICE.fullmatch(own) else own
            if name.casefold() in taken:
                name += "~" + hashlib.sha256(item_id.encode(errors="surrogatepass")).hexdigest()[:8]
            taken.add(name.casefold())
            if name != own:
                self._other[own] = name

    def page(self, item_id: str) -> str:
        return f"products/{self._name(_own(item_id))}.html"

    def data(self, item_id: str) -> str:
        return f"products/{self._name(_own(item_id))}.json"

    def picture(self, kind: str, name: str) -> str:
        """The file of a picture, which the site keeps as `name`."""
        stem, dot, ending = name.rpartition(".")
        return f"media/{kind}/{self._name(stem)}{dot}{ending}"

    def _name(self, own: str) -> str:
        return self._other.get(own, own)


def browse_page(number: int) -> str:
    return "index.html" if number == 1 else f"browse/{number}.html"


def _own(item_id: str) -> str:
    return file_name(item_id).removesuffix(".jpg")
