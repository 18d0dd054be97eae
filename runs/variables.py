"""Our settings: each name, its default and its sentence, once.

`config/settings.py` reads them from the environment and `.env`; another Django project that makes
none of them has these defaults. `make tables` makes `.env.example` and the README's table of them.
No Django.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Variable:
    """A setting. `shown`: its default as text, where it is worked out from others.

    `for_readme`: whether the README has it, for those who set up a shop. `for_hosts`: whether
    another Django project has the default.
    """

    name: str
    sentence: str
    default: Any = ""
    shown: str = ""
    for_readme: bool = False
    for_hosts: bool = False

    @property
    def written(self) -> str:
        """Its default as `.env` has it."""
        if isinstance(self.default, tuple):
            return ",".join(self.default)
        return self.shown or ("" if self.default is None else str(self.default))


# A line over each of these groups in `.env.example`.
VARIABLES: dict[str, tuple[Variable, ...]] = {
    "Where things lie (a relative path is taken from the project's root). "
    "A run with other values of the first three leaves the default data alone.": (
        Variable(
            "DATABASE_URL", "SQLite, or `postgres://user:password@host/name` for PostgreSQL.",
            shown="sqlite:///var/catalog.sqlite3", for_readme=True,
        ),
        Variable(
            "REPLICA_DATABASE_URL",
            "A replica of DATABASE_URL's PostgreSQL, which pages and API read from; see "
            "docs/postgresql.md.",
            for_readme=True,
        ),
        Variable("MEDIA_ROOT", "Pictures and thumbnails.", "media", for_readme=True),
        Variable(
            "PICTURES_STORAGE",
            "A bucket for pictures and thumbnails in MEDIA_ROOT's place, such as "
            "`s3://bucket/path?endpoint=https://s3.example`; see docs/scale.md.",
            for_readme=True,
        ),
        Variable("VAR_DIR", "Indexes, checkpoints, the SQLite file.", "var", for_readme=True),
        Variable(
            "WEIGHTS_DIR", "Weights that were fetched or added.",
            shown="var/weights", for_readme=True,
        ),
    ),
    "What keeps the vectors and searches them; see docs/postgresql.md.": (
        Variable(
            "INDEX_ENGINE", "`file`, or `postgres`: PostgreSQL with pgvector 0.8 or later.",
            "file", for_readme=True, for_hosts=True,
        ),
        Variable(
            "VECTOR_INDEX",
            "How PostgreSQL searches: `ivfflat`, `hnsw`, or `bits`, which vectors of more than "
            "4,000 numbers always take.",
            "ivfflat",
        ),
        Variable(
            "INDEX_DATABASE_URL", "The PostgreSQL of the vectors, where it is not DATABASE_URL's.",
            for_readme=True,
        ),
    ),
    "Which network turns pictures into vectors, and how they are compared.": (
        Variable(
            "EMBEDDER",
            "`vgg16`, `vgg16-fc1`, `vgg16-pool5`, `efficientnet-lite2`, `vgg16-untrained`, or the "
            "name of one of your own. `auto` builds with `vgg16` when its weights are there, else "
            "with `efficientnet-lite2`, and serves the first of them that has an index.",
            "auto", for_readme=True, for_hosts=True,
        ),
        Variable(
            "RUNTIME",
            "What computes it: `openvino`, `ncnn`, `tensorflow`, or `auto`, the fastest here.",
            "auto", for_readme=True, for_hosts=True,
        ),
        Variable(
            "PRECISION",
            "What it computes in: `float32`; `bfloat16`, faster where the processor has it, for "
            "`efficientnet-lite2`; or `auto`, what the index was built in, at first float32.",
            "auto", for_readme=True, for_hosts=True,
        ),
        Variable(
            "VGG16_WEIGHTS",
            "A file of VGG-16's ImageNet weights, of any kind that `manage.py weights add` takes.",
            None, for_readme=True, for_hosts=True,
        ),
        Variable(
            "LISTS",
            "How neighbour lists are made: `exact`, by comparing all pairs; `approximate`, from "
            "20,000 products on; `auto`, exact up to 200,000. See docs/run.md.",
            "auto", for_readme=True, for_hosts=True,
        ),
        Variable(
            "CLUSTER",
            "The address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers build "
            "and tune; see docs/scale.md. Empty: this machine builds alone.",
            for_readme=True, for_hosts=True,
        ),
        Variable(
            "MAP_MAX_PRODUCTS",
            "The map shows so many products of a larger catalogue, chosen evenly; 0 draws none.",
            20_000, for_readme=True, for_hosts=True,
        ),
    ),
    "How the site looks.": (
        Variable(
            "SHOP_NAME", "The shop's name, in the header, titles and shared links.",
            "Lookalike", for_readme=True,
        ),
        Variable(
            "SHOP_LOGO", "A file for the header: SVG, PNG, WebP, JPEG or GIF, 200 kB at most.",
            for_readme=True,
        ),
        Variable(
            "ACCENT_COLOUR", "A colour such as `#8a1538`, made darker or lighter to be readable.",
            for_readme=True,
        ),
        Variable(
            "RANDOM_HOME", "True: `/` leads to a random product, as the tutorial's does.", False,
            for_readme=True, for_hosts=True,
        ),
    ),
    "How shops are visited.": (
        Variable(
            "SCRAPE_USER_AGENT", "What shops are told of you: write your address into it.",
            "Lookalike/0.1 (+visual similarity; set SCRAPE_USER_AGENT to your contact)",
            for_hosts=True,
        ),
        Variable(
            "SCRAPE_PAUSE_SECONDS", "Between two requests to one host.", 0.5, for_hosts=True
        ),
        Variable(
            "SCRAPE_MAX_PAGES", "Of one run; pictures do not count.", 20_000, for_hosts=True
        ),
        Variable("SCRAPE_MAX_PRODUCTS", "Of one run.", 200_000, for_hosts=True),
        Variable(
            "PICTURES_PER_PRODUCT",
            "So many pictures of a product are fetched and compared. See docs/run.md.",
            4, for_readme=True, for_hosts=True,
        ),
        Variable(
            "SCRAPE_ALLOW_LOOPBACK", "True lets `scrape` visit 127.0.0.1.", False, for_hosts=True
        ),
    ),
    "The site.": (
        Variable("DEBUG", "True shows what went wrong to everybody: never in public.", False),
        Variable("SECRET_KEY", "Made once and kept in VAR_DIR, if empty."),
        Variable(
            "SECRET_KEY_FALLBACKS",
            "Keys that were in use before, with commas between them: their sessions go on.",
        ),
        Variable(
            "ALLOWED_HOSTS", "The host names of your site.",
            ("localhost", "127.0.0.1", "[::1]"), for_readme=True,
        ),
        Variable(
            "BEHIND_TLS_PROXY", "True behind a server that speaks TLS; see docs/run.md.",
            False, for_readme=True, for_hosts=True,
        ),
        Variable(
            "TRUSTED_PROXIES",
            "How many servers in front add to X-Forwarded-For; 1 with BEHIND_TLS_PROXY, else 0.",
            for_readme=True,
        ),
        Variable("ADMIN_PATH", "Where the admin is, or `off`.", "admin/", for_readme=True),
        Variable("CSRF_TRUSTED_ORIGINS", "Such as https://shop.example, behind a proxy."),
        Variable(
            "CORS_ALLOWED_ORIGINS",
            "Shops whose pages may ask the API, such as https://shop.example; * for all.",
            for_readme=True,
        ),
        Variable(
            "FACT_WEIGHTS",
            "What counts beside the look, in points of 100, as in category=10,price=5,brand=5,"
            "new=3,stock=10; see docs/use.md.",
            None, for_readme=True, for_hosts=True,
        ),
        Variable(
            "ALLOW_PICTURE_URLS", "False: no pictures are fetched for visitors.", True,
            for_hosts=True,
        ),
        Variable(
            "PICTURE_URL_HOSTS",
            "Pictures from these hosts alone: shop.example, or .shop.example with its subdomains.",
            (), for_hosts=True,
        ),
        Variable(
            "PICTURE_URL_RATE",
            "So many such pictures a minute, for all visitors together; 0: no limit.", 60,
            for_hosts=True,
        ),
        Variable(
            "API_KEYS_REQUIRED",
            "True: the API asks for a key, your shop's pages included; see docs/embed.md.",
            False, for_readme=True, for_hosts=True,
        ),
        Variable(
            "API_RATE", "Requests a minute of one address; 0: no limit.", 0, for_hosts=True
        ),
        Variable("API_KEY_RATE", "Requests a minute of one key; 0: no limit.", 0, for_hosts=True),
        Variable(
            "COUNT_CLICKS",
            "True counts which look-alikes are seen and clicked, without cookies; see "
            "docs/clicks.md.",
            False, for_readme=True, for_hosts=True,
        ),
        Variable(
            "CLICKS_DAYS", "For so many days these counts are kept; 0: for good.", 90,
            for_readme=True, for_hosts=True,
        ),
        Variable(
            "SHOPIFY_WEBHOOK_SECRET",
            "What Shopify signs its webhooks with; without one, none are taken. See docs/shops.md.",
            for_readme=True, for_hosts=True,
        ),
        Variable(
            "WOOCOMMERCE_WEBHOOK_SECRET", "The same of WooCommerce.",
            for_readme=True, for_hosts=True,
        ),
        Variable(
            "CACHE_URL", "redis://… lets all workers count together.", "locmemcache://"
        ),
        Variable(
            "SCRIPT_NAME", "A path such as /look, when the site lies below it.", for_readme=True
        ),
        Variable("TIME_ZONE", "In which times are shown.", "UTC"),
        Variable("LOG_LEVEL", "What the log tells: DEBUG, INFO, WARNING, ERROR.", "WARNING"),
        Variable("LOG_FORMAT", "How it tells that: `text`, or `json`, an object a line.", "text"),
        Variable(
            "METRICS_TOKEN",
            "Who knows it may read /metrics; without one, this machine alone. See "
            "docs/monitor.md.",
            for_readme=True, for_hosts=True,
        ),
        Variable("BIND", "Where `make serve` listens.", "127.0.0.1:8000"),
    ),
}  # fmt: skip
BY_NAME = {variable.name: variable for group in VARIABLES.values() for variable in group}


def default_of(name: str) -> Any:
    """What counts where the setting of that name is not made."""
    return BY_NAME[name].default
