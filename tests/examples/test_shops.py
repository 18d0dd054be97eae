"""examples/shops: each piece draws the row that Lookalike knows, in the shop's own language."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.sources.shopify import walk_shopify
from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages
from tests.shops import Shop
from web.templatetags.lookalikes import LAYOUTS

ROOT = Path(__file__).resolve().parents[2]
SHOPS = ROOT / "examples" / "shops"
PIECES = sorted(
    path for kind in ("html", "tpl", "twig", "liquid") for path in SHOPS.rglob(f"*.{kind}")
)
WIDGET = (ROOT / "static" / "js" / "widget.js").read_text()


def followed() -> set[str]:
    """The names of all attributes that the widget follows, without `data-`."""
    lists = re.findall(r"const (?:FIELDS|OTHERS) = \[(.*?)\]", WIDGET, re.DOTALL)
    return {name.replace("_", "-") for name in re.findall(r'"([\w-]+)"', " ".join(lists))} | {
        "layout"
    }


# Texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", PIECES, ids=lambda path: path.name)
def test_a_piece_uses_what_the_widget_follows_and_no_script_of_its_own(piece):
    text = piece.read_text()
    assert set(re.findall(r"data-([a-z-]+)=", text)) - followed() == set()
    assert 'data-item="' in text
    assert "widget.js" in text
    assert re.findall(r"<script[^>]*>[^<]", text) == []


def test_every_piece_stands_in_the_readme():
    readme = (SHOPS / "README.md").read_text()
    named = [path.relative_to(SHOPS) for path in PIECES]
    assert [str(name) for name in named if f"`{name}`" not in readme] == []
    for folder in ("woocommerce/look-alikes/", "npm/"):
        assert f"`{folder}`" in readme
    assert "examples/shops" in (ROOT / "docs" / "embed.md").read_text()


def test_the_section_offers_the_widget_s_layouts():
    text = (SHOPS / "shopify" / "look-alikes.liquid").read_text()
    schema = json.loads(text.partition("{% schema %}")[2].partition("{% endschema %}")[0])
    (layout,) = [it for it in schema["settings"] if it["id"] == "layout"]
    assert {it["value"] for it in layout["options"]} == set(LAYOUTS)
    used = set(re.findall(r"section\.settings\.(\w+)", text))
    assert used == {it["id"] for it in schema["settings"]}


def test_the_types_know_every_attribute():
    types = (SHOPS / "npm" / "look-alikes.d.ts").read_text()
    names = re.findall(r"^  (\w+)\??:", types, re.MULTILINE)
    assert {re.sub("[A-Z]", lambda m: f"-{m[0].lower()}", name) for name in names} == followed()


# WooCommerce -------------------------------------------------------------------------------------


@pytest.fixture
def plugin():
    """What the plugin makes of options and a SKU, in real PHP with WordPress's own functions."""
    php, unpacked = shutil.which("php8.2") or shutil.which("php"), Path(sys.prefix, "debian", "usr")
    wordpress = unpacked / "share" / "wordpress"
    if php is None or not wordpress.exists():
        pytest.skip("PHP and WordPress cannot be had here: see tests/unpack_servers.sh")
    libraries = ":".join(str(folder) for folder in (unpacked / "lib").glob("*-linux-gnu"))

    def run(sku="", **options):
        named = {f"look_alikes_{name}": value for name, value in options.items()}
        given = json.dumps({"sku": sku, "options": named})
        file = SHOPS / "woocommerce" / "look-alikes" / "look-alikes.php"
        done = subprocess.run(
            [php, "-n", "-d", "display_errors=1", Path(__file__).with_name("wordpress.php"), wordpress, file, given],
            capture_output=True, text=True, timeout=60, env={"LD_LIBRARY_PATH": libraries},
        )  # fmt: skip
        return json.loads(done.stdout) if done.returncode == 0 else pytest.fail(done.stdout)

    return run


SITE = "https://lookalike.example"


@pytest.mark.slow
def test_the_plugin_draws_a_row_by_sku_below_the_summary_and_as_a_block(plugin):
    made = plugin(sku="SKU-1", server=f"{SITE}/", layout="grid")
    row = f'<look-alikes data-item="SKU-1" data-server="{SITE}" data-layout="grid"></look-alikes>'
    assert made["row"] == made["block"] == row
    assert set(made["scripts"]) == {f"{SITE}/widget.js"}
    assert made["settings"]["look_alikes_server"] == "esc_url_raw"


@pytest.mark.slow
def test_without_a_sku_the_plugin_asks_by_number(plugin):
    assert 'data-item="7"' in plugin(server=SITE)["row"]


@pytest.mark.slow
def test_nothing_that_is_set_in_the_plugin_becomes_a_tag(plugin):
    row = plugin(sku='"><script>alert(1)</script>', server=SITE, label='"><b>x')["row"]
    assert row.count("<") == 2
    assert "&quot;&gt;&lt;script&gt;" in row


@pytest.mark.slow
@pytest.mark.parametrize("server", ["", "javascript:alert(1)"])
def test_without_a_site_the_plugin_draws_nothing(plugin, server):
    made = plugin(sku="SKU-1", server=server)
    assert (made["row"], made["scripts"]) == ("", [])


# What npm has ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with the npm folder installed as it is published, React, Vue, a bundler and Liquid."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    source = folder / "checkout" / "examples" / "shops" / "npm"
    shutil.copytree(SHOPS / "npm", source, ignore=shutil.ignore_patterns("node_modules", "*.tgz"))
    (folder / "checkout" / "static" / "js").mkdir(parents=True)
    shutil.copy(ROOT / "static" / "js" / "widget.js", folder / "checkout" / "static" / "js")
    (folder / "package.json").write_text("{}")
    packed = in_folder(source, "npm", "pack", "--pack-destination", str(folder))
    assert packed.returncode == 0, packed.stderr
    wanted = [
        "react@19",
        "react-dom@19",
        "vue@3",
        "esbuild@0.25",
        "typescript@5",
        "@types/react@19",
        "liquidjs@10",
    ]
    try:
        (archive,) = folder.glob("*.tgz")
        done = in_folder(
            folder, "npm", "install", "--no-audit", "--no-fund", f"./{archive.name}", *wanted
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm's packages cannot be had here")
    if done.returncode != 0:
        pytest.skip(f"npm's packages cannot be had here: {done.stderr[-200:]}")
    return folder


def in_folder(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


REACT = """
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { LookAlikes } from "look-alikes/react";
createRoot(document.querySelector("main")).render(
  createElement(LookAlikes, { item: "0", server: "SITE", layout: "grid", k: 3, inStock: false }));
"""
VUE = """
import { createApp, h } from "vue";
import { LookAlikes } from "look-alikes/vue";
createApp({ render: () => h(LookAlikes, { item: "0", server: "SITE", layout: "grid", k: 3 }) }).mount("main");
"""


@pytest.mark.slow
@pytest.mark.parametrize("source", [REACT, VUE], ids=["react", "vue"])
def test_a_component_shows_the_row_from_a_bundle(packages, source, tmp_path):
    found = {"neighbours": [{"item_id": "a", "thumbnail_url": "/a.jpg", "product_url": "/p/a"}]}
    answer = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
    address = "/api/v1/products/0/similar/?k=3&counted=on"
    with Shop({address: (200, answer, json.dumps(found).encode())}) as site, Shop() as shop:
        (packages / "app.js").write_text(source.replace("SITE", site.url))
        bundle = ["npx", "esbuild", "app.js", "--bundle", "--format=esm", "--outfile=out.js"]
        done = in_folder(packages, *bundle, '--define:process.env.NODE_ENV="production"')
        assert done.returncode == 0, done.stderr
        script = (packages / "out.js").read_bytes()
        shop.answers["/out.js"] = (200, {"Content-Type": "text/javascript"}, script)
        shop.answers["/"] = (
            '<!doctype html><main></main><script type="module" src="/out.js"></script>'
        )
        shown = opened_by_chromium(shop.url)
    assert shown == ["3", "grid", "/p/a"]
    assert site.requests[:1] == [address]


def opened_by_chromium(url):
    """What the element of the page was given, and the first link in it."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, CHROMIUM

    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(url)
        page.locator("look-alikes li a").wait_for(timeout=20_000)
        row = page.locator("look-alikes")
        shown = [row.get_attribute("data-k"), row.get_attribute("data-layout")]
        shown.append(page.locator("look-alikes li a").get_attribute("href").removeprefix(url))
        browser.close()
    return shown


@pytest.mark.slow
def test_the_types_of_the_components_hold(packages):
    (packages / "typed.ts").write_text(
        'import { LookAlikes as Row } from "look-alikes/react";\n'
        'export const good = Row({ item: "7", server: "https://x.example", layout: "grid", pageKey: "k" });\n'
        "// @ts-expect-error: no such layout\n"
        'export const bad = Row({ item: "7", server: "https://x.example", layout: "cloud" });\n'
    )
    options = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--moduleResolution",
        "nodenext",
        "--skipLibCheck",
    ]
    done = in_folder(packages, "npx", "tsc", *options, "typed.ts")
    assert done.returncode == 0, done.stdout


LIQUID = """
import { readFileSync } from "node:fs";
import { Liquid } from "liquidjs";
const engine = new Liquid();
engine.registerTag("schema", {
  parse(_token, tokens) { while (tokens.length) if (tokens.shift().name === "endschema") return; },
  render: () => "",
});
const { text, product, settings } = JSON.parse(readFileSync(0));
process.stdout.write(await engine.parseAndRender(text, { product, section: { settings } }));
"""
SHIRT = {"src": "https://cdn.shopify.com/s/red.jpg"}
BLUE = {"src": "https://cdn.shopify.com/s/blue.jpg"}


def variant(number, sku, picture=None):
    return {
        "id": number,
        "sku": sku,
        "title": str(number),
        "price": "9.00",
        "featured_image": picture,
    }


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [0, 1, 2])
@pytest.mark.parametrize(
    "variants",
    [
        [variant(11, "R-S"), variant(12, "R-M"), variant(13, "R-L")],
        [variant(11, "R-S", SHIRT), variant(12, "R-M", SHIRT), variant(13, "B-S", BLUE)],
        [variant(11, "", SHIRT), variant(12, "", SHIRT), variant(13, "", BLUE)],
        [variant(11, ""), variant(12, ""), variant(13, "")],
        [variant(11, "R-S"), variant(12, "B-S", BLUE), variant(13, "B-M", BLUE)],
    ],
    ids=["one picture", "two pictures", "no SKU, two pictures", "no SKU", "the first has none"],
)
def test_the_section_asks_for_the_id_that_scraping_gave(packages, variants, chosen):
    product = {
        "id": 1,
        "title": "Shirt",
        "handle": "shirt",
        "variants": variants,
        "images": [SHIRT, BLUE],
    }
    with Shop({"/products.json?limit=250&page=1": json.dumps({"products": [product]})}) as shop:
        shop.answers["/products.json?limit=250&page=2"] = json.dumps({"products": []})
        records = list(
            walk_shopify(
                f"{shop.url}/products.json",
                CountedPages(Fetcher("Test/1.0", pause=0, allow_loopback=True), most=10),
            )
        )
    pictures = [(variants[chosen]["featured_image"] or SHIRT)["src"]]
    (wanted,) = [record.item_id for record in records if record.image_urls[0] in pictures]
    (packages / "section.mjs").write_text(LIQUID)
    text = (SHOPS / "shopify" / "look-alikes.liquid").read_text()
    shown = product | {"selected_or_first_available_variant": variants[chosen]}
    settings = {"server": SITE, "k": 5, "layout": "grid", "label": "Alike"}
    given = json.dumps({"text": text, "product": shown, "settings": settings})
    done = subprocess.run(
        ["node", "section.mjs"],
        cwd=packages,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r'data-item="([^"]*)"', done.stdout) == [wanted]
    assert "{%" not in done.stdout
