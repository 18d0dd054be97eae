"""A walk over every page: each of its controls leads to something that one sees, offline too."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Error

from tests.browser.waiting import until
from tests.maps import drawn, folder, small  # noqa: F401 – fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {
    "a product": "/products/0/?k=50",
    "a product to choose by": "/products/0/?measured=on&distances=on&liked=1&trail=3&q=s&price_from=0",
    "the grid": "/browse/?price_from=1",
    "the map": "/map/",
    "a picture": "/picture/",
    "two networks": "/compare/0/",
    "why": "/why/0/?like=1",
    "no such product": "/products/nobody/",
    "no such page": "/nowhere",
}
# One control of each kind, as its place in the list of all that can be seen.
CONTROLS = """() => {
  const seen = new Set();
  return [...document.querySelectorAll("a[href], button, summary, select, input")]
    .map((element, place) => {
      const around = element.parentElement.closest("[class], [id]");
      const inList = element.closest("main :is(ol, ul)");
      const words = inList ? "" : element.textContent.trim() + (element.ariaLabel ?? "");
      const kind = [element.tagName, element.className, element.name, element.value,
                    around?.className, around?.id, words].join("|");
      const shown = element.checkVisibility({visibilityProperty: true}) && element.type !== "hidden"
        && !element.matches("[type=radio]:checked, [aria-disabled=true]")
        && !element.closest(":is(.skip, #failed)") && element.getClientRects().length > 0;
      const isNew = shown && element.type !== "file" && !seen.has(kind);
      if (isNew) seen.add(kind);
      return isNew ? place : -1;
    })
    .filter((place) => place >= 0);
}"""
STATE = """() => JSON.stringify([
  location.href, document.body.innerText, document.title,
  [...document.querySelectorAll("input, select, textarea")].map((e) => [e.value, e.checked]),
  [...document.querySelectorAll("details")].map((e) => e.open),
  document.activeElement.matches(":invalid"),  // beside which the browser says what is missing
  [...document.querySelectorAll("[aria-pressed]")].map((e) => e.ariaPressed),
])"""
READY = """typeof htmx === "object" && !document.querySelector(".map:not([data-live])")"""
# What tells of a failure: the bar, a refusal in the page, a page that says no, or the browser's own.
TOLD = """() => location.protocol === "chrome-error:"
  || document.querySelector(".refused, .message h1") !== null
  || document.querySelector("#failed")?.hidden === false"""


@dataclass
class Heard:
    """What came back over the network since the last page was opened."""

    answers: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def listen(self, page) -> None:
        page.on("response", lambda response: self.answers.append(response.status))
        page.on("requestfailed", lambda request: self._fail(request))

    def _fail(self, request) -> None:
        given_up = "ABORTED" in (request.failure or "")  # for another
        if not given_up and "favicon" not in request.url:  # the browser's own wish, for its tab
            self.failures.append(request.url)

    def forget(self) -> None:
        self.answers.clear()
        self.failures.clear()


def act(control) -> None:
    """What a visitor does with it."""
    tag, kind = control.evaluate("element => [element.tagName, element.type ?? '']")
    if tag == "SELECT":
        control.evaluate("element => element.selectedIndex = element.options.length - 1")
        control.dispatch_event("change")
    elif kind in ("text", "search"):
        control.fill("2")
        control.press("Enter")
    elif kind == "url":
        control.fill("http://[")
        control.press("Enter")
    elif kind == "range":
        control.press("ArrowRight")
    else:
        control.click(force=True)


def seen(page, script, default):
    """What a script finds; `default` while a page is going or coming."""
    try:
        return page.evaluate(script)
    except Error:
        return default


def silent(page, heard, before) -> bool:
    """Whether nothing happened for six seconds, or something failed without a word."""
    for _ in range(60):
        page.wait_for_timeout(100)
        failed = bool(heard.failures) or any(status >= 400 for status in heard.answers)
        if failed and seen(page, TOLD, default=False):
            return False
        if not failed and (heard.answers or seen(page, STATE, default="") != before):
            return False
    return True


def opened(page, path) -> None:
    page.context.set_offline(False)
    page.goto("about:blank")
    page.goto(path)
    page.wait_for_load_state("load")
    assert until(page, READY)
    if "/map/" in path:
        page.wait_for_load_state("networkidle")  # all of its pictures have come
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def walked(page, path, heard, offline) -> list[str]:
    """The controls of a page that meet with silence."""
    opened(page, path)
    silences = []
    for place in page.evaluate(CONTROLS):
        opened(page, path)
        if offline:
            page.context.set_offline(True)
            page.evaluate("document.querySelector('#failed').hidden = true")
        control = page.locator("a[href], button, summary, select, input").nth(place)
        name = control.evaluate("element => element.outerHTML.slice(0, 160)")
        before = page.evaluate(STATE)
        heard.forget()
        act(control)
        if silent(page, heard, before):
            silences.append(re.sub(r"\s+", " ", name))
    page.context.set_offline(False)
    return silences


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
@pytest.mark.parametrize("name", PAGES)
def test_no_control_meets_with_silence(drawn, open_page, live_server, name, offline):  # noqa: F811
    page = open_page("/browse/", expect_errors=True)
    heard = Heard()
    heard.listen(page)
    assert walked(page, live_server.url + PAGES[name], heard, offline) == []
