"""Every setting of the project, read from the environment (and `.env`) in this one file.

Their names, defaults and sentences stand in `runs/variables.py`; `.env.example` lists them. A wrong
value stops the program and names the variable.
"""

import warnings
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from config.brand import env_colour, env_logo, env_name
from config.databases import env_database, env_replica, env_vectors, how_to_open
from config.env import (
    APPS_DIR,
    BASE_DIR,
    CODE_DIR,  # noqa: F401 – a setting as well
    INSTALLED,
    PAGES_DIR,
    env_admin_path,
    env_cache,
    env_choice,
    env_cluster,
    env_count,
    env_file,
    env_flag,
    env_hosts,
    env_list,
    env_number,
    env_origins,
    env_path,
    env_pictures,
    env_prefix,
    env_sites,
    env_text,
    env_weights,
    secret_key,
)

A_YEAR = 365 * 24 * 3600

# What Pillow warns of is refused with a reason (catalog/thumbnails.py), or does not matter.
warnings.filterwarnings("ignore", module=r"PIL\.")

# As commands are told to be typed.
COMMAND = "lookalike" if INSTALLED else ""

# Where things lie. A run with other values of these leaves the default data alone.
MEDIA_ROOT = env_path("MEDIA_ROOT")
VAR_DIR = env_path("VAR_DIR")
DATABASES = {"default": env_database("DATABASE_URL", VAR_DIR / "catalog.sqlite3")}
SQLITE_FILE: Path | None = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if DATABASES["default"]["NAME"] != ":memory:":
        SQLITE_FILE = BASE_DIR / DATABASES["default"]["NAME"]
        # Only `migrate` makes it: a file that is missing for once is not replaced by an empty one.
        DATABASES["default"] |= {"ENGINE": "config.sqlite", "TEST": {"NAME": ":memory:"}}
        DATABASES["default"]["NAME"] = f"{SQLITE_FILE.as_uri()}?{how_to_open(SQLITE_FILE)}"
    # To open it costs more than most requests; a client's connection keeps its own for a while.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    # Readers go on while a scrape writes.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# What keeps the vectors and searches them.
INDEX_ENGINE = env_choice("INDEX_ENGINE", ("file", "postgres"))
VECTOR_INDEX = env_choice("VECTOR_INDEX", ("ivfflat", "hnsw", "bits"))
DATABASES |= env_vectors("INDEX_DATABASE_URL", INDEX_ENGINE, DATABASES["default"])
# What is only read comes from a replica, if there is one.
DATABASES |= env_replica("REPLICA_DATABASE_URL", DATABASES["default"])
DATABASE_ROUTERS = [
    *(["recommender.engines.postgres.places.Router"] if "index" in DATABASES else []),
    *(["catalog.replica.Router"] if "replica" in DATABASES else []),
]

# Which network speaks, and what computes it.
EMBEDDER = env_text("EMBEDDER")  # a system check knows the names
RUNTIME = env_choice("RUNTIME", ("auto", "openvino", "ncnn", "tensorflow"))
PRECISION = env_choice("PRECISION", ("auto", "float32", "bfloat16"))
LISTS = env_choice("LISTS", ("auto", "exact", "approximate"))
CLUSTER = env_cluster("CLUSTER")
# A larger catalogue's map shows so many of its products; 0 draws none.
MAP_MAX_PRODUCTS = int(env_number("MAP_MAX_PRODUCTS", minimum=0))
WEIGHTS_DIR = env_path("WEIGHTS_DIR", VAR_DIR / "weights")
VGG16_WEIGHTS = env_file("VGG16_WEIGHTS")

# How the site looks: beside the shop, as a part of it.
SHOP_NAME = env_name("SHOP_NAME")
SHOP_LOGO = env_logo("SHOP_LOGO")
ACCENT_COLOUR = env_colour("ACCENT_COLOUR")
# Whether "/" leads to a random product, in place of the page that says what this is.
RANDOM_HOME = env_flag("RANDOM_HOME")

# How shops are visited.
SCRAPE_USER_AGENT = env_text("SCRAPE_USER_AGENT")
SCRAPE_PAUSE_SECONDS = env_number("SCRAPE_PAUSE_SECONDS", minimum=0)
SCRAPE_MAX_PAGES = int(env_number("SCRAPE_MAX_PAGES", minimum=1))
SCRAPE_MAX_PRODUCTS = int(env_number("SCRAPE_MAX_PRODUCTS", minimum=1))
PICTURES_PER_PRODUCT = int(env_number("PICTURES_PER_PRODUCT", minimum=1))
SCRAPE_ALLOW_LOOPBACK = env_flag("SCRAPE_ALLOW_LOOPBACK")

# Django.
DEBUG = env_flag("DEBUG")
SECRET_KEY = secret_key(VAR_DIR)
# Keys that were in use before: what they signed, sessions above all, still holds.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env_sites("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "web.error_pages.forbidden"
# The path below which the site lies, as in /look; gunicorn reads the same variable.
FORCE_SCRIPT_NAME = env_prefix("SCRIPT_NAME")
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = FORCE_SCRIPT_NAME or "/"
INSTALLED_APPS = [
    "config",  # the command `serve`; its templates come before the admin's own
    "config.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "django_htmx",
    "ninja",  # the page that shows the API keeps its scripts there
    "runs",
    "catalog",
    "recommender",
    *(["recommender.engines.postgres"] if INDEX_ENGINE == "postgres" else []),
    "web",
    "web.api",
    "demo",
]
MIDDLEWARE = [
    "web.request_id.numbered",
    "web.metrics.requests.counted",
    "web.middleware.database_down.come_again",
    *(["web.middleware.reading.from_replica"] if "replica" in DATABASES else []),
    "web.middleware.client_address.visitors",
    "web.middleware.answer_cache.content_length",
    # Before all that may answer, so that their headers stand on every answer.
    "web.middleware.security_headers.Headers",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.api.health.health",
    "web.metrics.exposing.at_its_address",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "web.middleware.answer_cache.conditional",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.parameters.without_ignored",
    "web.middleware.language.LanguageMiddleware",
    "web.api.access.access",
    "web.middleware.refused_body.arrived",
    "web.middleware.database_down.none_half_restored",
    "web.middleware.answer_cache.AnswerCacheMiddleware",
    "web.middleware.admission.in_turn",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.middleware.database_down.DatabaseDownMiddleware",
    "web.middleware.debug_not_found.DebugNotFoundMiddleware",
    "web.login_throttle.known_browsers",
    "axes.middleware.AxesMiddleware",
]
CACHES = {"default": env_cache("CACHE_URL")}
# Whose scripts may ask the API: the shops that show its answers. No cookie goes along.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS, CORS_ALLOW_ALL_ORIGINS = env_origins("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
CORS_ALLOW_HEADERS = ("accept", "content-type", "if-none-match", "x-api-key")
CORS_EXPOSE_HEADERS = ("ETag", "Retry-After")

# Whether a visitor may name a picture elsewhere, which is then fetched and compared.
ALLOW_PICTURE_URLS = env_flag("ALLOW_PICTURE_URLS")
# From these hosts alone, as in shop.example,.shop.example; and so many a minute for all visitors.
PICTURE_URL_HOSTS = env_hosts("PICTURE_URL_HOSTS")
FACT_WEIGHTS = env_weights("FACT_WEIGHTS", ("category", "price", "brand", "new", "stock"))
PICTURE_URL_RATE = env_count("PICTURE_URL_RATE")
# Who may ask it, and how often a minute: 0 is no limit.
API_KEYS_REQUIRED = env_flag("API_KEYS_REQUIRED")
API_RATE = env_count("API_RATE")
API_KEY_RATE = env_count("API_KEY_RATE")
# Whether it is counted what visitors see and click, and for how many days that is kept.
COUNT_CLICKS = env_flag("COUNT_CLICKS")
CLICKS_DAYS = env_count("CLICKS_DAYS")
# What shops sign with what they send when one of their products changes.
SHOPIFY_WEBHOOK_SECRET = env_text("SHOPIFY_WEBHOOK_SECRET")
WOOCOMMERCE_WEBHOOK_SECRET = env_text("WOOCOMMERCE_WEBHOOK_SECRET")

# A request lies on the disk until its turn (web/middleware/request_body.py); then its picture is in
# memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 2**20

# What browsers may do with the pages: nothing but what the pages need.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# With BEHIND_TLS_PROXY on, the server in front speaks TLS and says so in X-Forwarded-Proto.
BEHIND_TLS_PROXY = env_flag("BEHIND_TLS_PROXY")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS_PROXY
LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS_PROXY
SECURE_HSTS_SECONDS = A_YEAR if BEHIND_TLS_PROXY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
# How many servers in front add the visitor's address to X-Forwarded-For; 0 believes no header.
TRUSTED_PROXIES = env_count("TRUSTED_PROXIES", 1 if BEHIND_TLS_PROXY else 0)
# Sub-domains and the browsers' own lists are for the owner of the whole domain to decide on.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# A password's hash takes a quarter of a second: the first, which makes new ones, lets others pass.
PASSWORD_HASHERS = [
    "web.password_hashing.CalmPBKDF2",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

# The admin: where it is, if at all, and how often one may guess a password.
ADMIN_PATH = env_admin_path("ADMIN_PATH")
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "web.login_throttle.Attempts"
AXES_FAILURE_LIMIT = 5  # of one account from one address
LOGIN_FAILURES_OF_AN_ACCOUNT = 50  # from all addresses; see web/login_throttle.py
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Who goes on while he has to wait does not begin anew.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "web.middleware.client_address.address"

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PAGES_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.pages.context.network",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"  # of commands, and where a browser asks for none of these
LOCALE_PATHS = [APPS_DIR / "recommender" / "locale"]
LANGUAGE_COOKIE_AGE, LANGUAGE_COOKIE_HTTPONLY = 31_536_000, True  # a year
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ja", "日本語"),
    ("ru", "Русский"),
]
TIME_ZONE = env_text("TIME_ZONE")
USE_TZ = True

STATIC_URL = "/static/"  # below the site's prefix, which config.static adds
STATICFILES_DIRS = [PAGES_DIR / "static"]
# The source files themselves are served: no collectstatic step, nothing to forget.
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.PrefixedStaticFiles"},
    "pictures": env_pictures("PICTURES_STORAGE"),
}

# Who may read /metrics, beside this machine.
METRICS_TOKEN = env_text("METRICS_TOKEN")
# Each line names the request that it is about, as the answer's X-Request-ID does.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "web.request_id.RequestId"}},
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}{about}: {message}", "style": "{"},
        "json": {"()": "config.json_log.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env_choice("LOG_FORMAT", ("text", "json")),
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": env_text("LOG_LEVEL")},
    # It warns of a shop's odd headers with a traceback and what the shop wrote.
    "loggers": {"urllib3": {"level": "ERROR"}},
}
