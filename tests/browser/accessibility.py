"""What axe-core finds to stand in anybody's way."""

from axe_playwright_python.sync_playwright import Axe


def in_the_way(page) -> list[tuple[str, str]]:
    """The rules that a page breaks with serious or critical impact: their ids and sentences."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["help"]) for v in found if v["impact"] in ("serious", "critical")]
