"""The shop's own colour, made readable: on the pages' light ground, and on their dark one.

Relative luminance and contrast are those of WCAG 2.1, which asks for 4.5 : 1 (success criterion
1.4.3).
"""

Colour = tuple[float, float, float]

ENOUGH = 4.5
STEPS = 100
# What stands on it: lookalike.css has the same.
LIGHT, DARK = ("#f7f6f3", "#ffffff"), ("#151a19", "#1e2524")
BLACK, WHITE = "#000000", "#ffffff"
PALE, DEEP = "#ffffff", "#10201e"


def sheet(colour: str) -> str:
    """The style sheet for a colour such as `#8a1538`."""
    light, dark = readable(colour, LIGHT, BLACK), readable(colour, DARK, WHITE)
    return (
        f":root {{ --accent: {light}; --on-accent: {words_on(light)}; }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent: {dark}; --on-accent: {words_on(dark)}; }}\n"
        "}\n"
    )


def readable(colour: str, grounds: tuple[str, ...], towards: str) -> str:
    """The nearest to the colour, on its way to black or white, that can be read on all grounds."""
    for step in range(STEPS + 1):
        found = _mixed(colour, towards, step / STEPS)
        if all(contrast(found, ground) >= ENOUGH for ground in grounds):
            return found
    return towards


def words_on(colour: str) -> str:
    """The colour of words on it: pale or deep, whichever can be read better."""
    return max((PALE, DEEP), key=lambda words: contrast(words, colour))


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> Colour:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(255 * (one + share * (to - one))):02x}" for one, to in pairs)
