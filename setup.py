"""What pyproject.toml cannot say: what goes where in the package, and what is needed.

`pip install .` installs the apps `runs`, `catalog`, `recommender` and `web` for another Django
project. Their templates and static files lie at the top here, and in `web` there, where Django
finds them. The site itself (`config`, `demo`, manage.py) lies in `lookalike/site` there, where the
command `lookalike` finds it and no `config` of another project is in its way.
"""

from pathlib import Path

from setuptools import find_packages, setup

# index/safe_joblib leans on what joblib does inside; what 1.7 does there is not known.
CAPS = {"joblib": ",<1.7"}
APPS = ("runs", "catalog", "recommender", "web", "lookalike")
SITE = "lookalike.site"
ELSEWHERE = {
    "web.templates": "templates",
    "web.static": "static",
    SITE: ".",
    f"{SITE}.config": "config",
    f"{SITE}.demo": "demo",
}


def needed() -> list[str]:
    """The small set, each in the version that is pinned here or a later one."""
    lines = Path(__file__).with_name("requirements-serve.txt").read_text().splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    return [
        line.replace("==", ">=", 1) + CAPS.get(line.partition("==")[0], "")
        for line in wanted
        if line
    ]


def packages() -> list[str]:
    """All of them, by the names that they have where they are installed."""
    apps = find_packages(include=[f"{app}*" for app in APPS])
    site = [f"{SITE}.{name}" for name in find_packages(include=["config*", "demo*"])]
    return [*apps, *site, "web.templates", "web.static"]


setup(
    packages=packages(),
    py_modules=[f"{SITE}.manage"],
    package_dir=ELSEWHERE,
    package_data={
        "recommender": ["locale/**/*.mo", "building/centres/*.npy"],
        f"{SITE}.config": ["templates/**/*", "static/**/*"],
        **{name: ["**/*"] for name in ("web.templates", "web.static")},
    },
    install_requires=needed(),
)
