"""One shirt as a photograph would show it: cloth, folds, light, backdrop.

A shirt is put together from masks (body, sleeves, collar), a design (cloth and print) and a light
map that all of them share, so that a print lies in the folds of its cloth.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo.shop.colours import Rgb, as_array, fabric, inks, luminance, mix
from demo.shop.lettering import draw_lettering
from demo.shop.motifs import draw_motif
from demo.shop.pen import Point, curve
from demo.shop.specs import ShirtSpec
from demo.shop.textures import draw_texture, noise

# Part of every picture's ETag: raise it when drawings change.
VERSION = 1
SIDE = 600
# Outlines are drawn at twice the size and made smaller, which smooths their edges.
FINE = 2

_BACKDROPS: tuple[Rgb, ...] = (
    (250, 250, 249), (250, 250, 249), (244, 243, 240), (232, 233, 235), (224, 221, 214),
    (222, 228, 230), (235, 226, 216),
)  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """How the shirt lies in the picture; lengths in shares of the picture's side."""

    scale: float
    degrees: float
    x: float
    y: float
    sleeve: float
    width: float
    length: float
    neck: float

    def place(self, points: list[Point], side: int) -> list[Point]:
        """Points on the shirt (x from -1 to 1, y from 0 at the shoulders) -> pixels."""
        c, s = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        unit = 0.36 * self.scale * side
        return [
            (
                side * self.x + unit * (px * c - (py - 1.17) * s),
                side * self.y + unit * (px * s + (py - 1.17) * c),
            )
            for px, py in points
        ]


def draw_shirt(spec: ShirtSpec, side: int = SIDE) -> Image.Image:
    """The shirt as an RGB picture of `side` × `side` pixels; the same spec, the same picture."""
    rng = random.Random(spec.seed)
    base = fabric(spec.colour, rng)
    pose = _pose(rng)
    masks = _masks(pose, rng, side)
    folds = _folds(pose, rng, side)
    light = _light(masks, folds, rng, side)
    design = _in_folds(_design(spec, base, pose, rng, side), folds)
    cloth = _lit(design, masks, light, base, rng)
    return _on_backdrop(cloth, masks["all"], rng, side)


def _pose(rng: random.Random) -> Pose:
    return Pose(
        scale=rng.uniform(0.93, 1.06),
        degrees=rng.gauss(0, 1.8),
        x=0.5 + rng.uniform(-0.02, 0.02),
        y=0.5 + rng.uniform(-0.02, 0.02),
        sleeve=rng.uniform(-0.08, 0.1),
        width=rng.uniform(0.92, 1.08),
        length=rng.uniform(0.94, 1.06),
        neck=rng.choice((0.16, 0.19, 0.19, 0.36)),
    )


# The garment's outline -------------------------------------------------------------------------


def _masks(pose: Pose, rng: random.Random, side: int) -> dict[str, np.ndarray]:
    """Which pixels are cloth, sleeve, collar, or the inside of the back: each (side, side), 0–1."""
    left, right = _body_side(pose, rng), _body_side(pose, rng)
    body = left + [(-x, y) for x, y in reversed(right)]
    opening = _neck(pose.neck, 0.27) + list(reversed(_neck(0.045, 0.27)))
    collar = _neck(pose.neck + 0.075, 0.335) + list(reversed(_neck(pose.neck, 0.27)))
    back = _neck(0.06, 0.335) + list(reversed(_neck(-0.015, 0.3)))
    sleeves = [_sleeve(pose, rng, 1), _sleeve(pose, rng, -1)]
    parts = {
        "body": _filled(pose, [body], side),
        "sleeves": _filled(pose, sleeves, side),
        "opening": _filled(pose, [opening], side),
        "collar": _filled(pose, [collar, back], side),
        "hems": _hem_lines(pose, left, right, sleeves, side),
    }
    cloth = np.maximum(parts["body"], parts["sleeves"])
    return parts | {"all": np.maximum.reduce([cloth, parts["opening"], parts["collar"]])}


def _body_side(pose: Pose, rng: random.Random) -> list[Point]:
    """The right half's edge, from the neck over shoulder and armpit to the hem."""
    w, hem = pose.width, 2.3 * pose.length
    jitter = [rng.gauss(0, 0.012) for _ in range(4)]
    shoulder = (0.74 * w, 0.19 + jitter[0])
    armpit = (0.64 * w + jitter[1], 0.66)
    waist = (0.60 * w + jitter[2], 1.35)
    corner = (0.655 * w + jitter[3], hem - 0.03)
    return [
        (0.0, 0.03),
        *curve((0.30, 0.0), (0.5, 0.05), shoulder, steps=10),
        *curve(shoulder, (0.62 * w, 0.42), armpit, steps=10),
        *curve(armpit, waist, (0.62 * w, 1.7), corner, steps=18),
        *curve(corner, (0.35 * w, hem + 0.045), (0.0, hem + 0.04), steps=12),
    ]


def _sleeve(pose: Pose, rng: random.Random, sign: int) -> list[Point]:
    w, spread = pose.width, pose.sleeve + rng.gauss(0, 0.02)
    tip = (1.1 * w + spread, 0.7 - 0.6 * spread)
    under = (0.87 * w + 0.8 * spread, 0.88 - 0.3 * spread)
    edge = [
        *curve((0.42, 0.04), (0.74 * w, 0.1), (0.94 * w, 0.26), tip, steps=16),
        *curve(tip, (1.04 * w + spread, 0.79), under, steps=8),
        *curve(under, (0.74 * w, 0.76), (0.62 * w, 0.70), steps=8),
        *curve((0.62 * w, 0.70), (0.55 * w, 0.4), (0.42, 0.04), steps=10),
    ]
    return [(sign * x, y) for x, y in edge]


def _neck(depth: float, half: float) -> list[Point]:
    """The edge of a neckline, from the wearer's right to the left."""
    return curve(
        (-half, 0.0), (-half * 0.86, depth * 1.36), (half * 0.86, depth * 1.36), (half, 0.0)
    )


def _filled(pose: Pose, shapes: list[list[Point]], side: int) -> np.ndarray:
    image = Image.new("L", (FINE * side, FINE * side))
    draw = ImageDraw.Draw(image)
    for shape in shapes:
        draw.polygon(pose.place(shape, FINE * side), fill=255)
    return _smaller(image)


def _hem_lines(
    pose: Pose, left: list[Point], right: list[Point], sleeves: list[list[Point]], side: int
) -> np.ndarray:
    """The seams: two stitched lines at the hem and at each sleeve, and where sleeves are set in."""
    image = Image.new("L", (FINE * side, FINE * side))
    draw = ImageDraw.Draw(image)
    hem = [left[-1 - n] for n in range(13)][::-1] + [(-x, y) for x, y in right[-13:][::-1]]
    lines = [[(x, y - up) for x, y in hem] for up in (0.055, 0.072)]
    for sleeve in sleeves:
        cuff = sleeve[17:26]
        lines += [[(x * (1 - back), y - 0.8 * back) for x, y in cuff] for back in (0.05, 0.066)]
        lines.append(sleeve[34:])
    for line in lines:
        draw.line(pose.place(line, FINE * side), fill=255, width=max(1, FINE * side // 400))
    return _smaller(image)


def _smaller(image: Image.Image) -> np.ndarray:
    return np.asarray(image.reduce(FINE), np.float32) / 255


# Folds and light ---------------------------------------------------------------------------------


def _folds(pose: Pose, rng: random.Random, side: int) -> np.ndarray:
    """The height of the cloth, (side, side), about -1 to 1: creases from the armpits, drapes
    towards the hem, and a slow swell."""
    height = 0.35 * noise(side, 5, rng)
    for _ in range(3):
        height += _creases(pose, rng, side)
    return height


def _creases(pose: Pose, rng: random.Random, side: int) -> np.ndarray:
    """A few soft strokes, some up and some down, of one width."""
    small = side // 2
    image = Image.new("L", (small, small), 128)
    draw = ImageDraw.Draw(image)
    width = rng.uniform(0.012, 0.03) * small
    for _ in range(rng.randint(4, 6)):
        sign = rng.choice((-1, 1))
        if rng.random() < 0.45:  # from an armpit inwards
            start = (sign * 0.60, rng.uniform(0.62, 0.8))
            end = (sign * rng.uniform(0.05, 0.35), rng.uniform(0.8, 1.35))
        else:  # hanging
            x = rng.uniform(-0.55, 0.55)
            start = (x, rng.uniform(0.7, 1.5))
            end = (x + rng.uniform(-0.2, 0.2), rng.uniform(1.6, 2.1))
        middle = ((start[0] + end[0]) / 2 + rng.gauss(0, 0.06), (start[1] + end[1]) / 2)
        points = pose.place(curve(start, middle, end, steps=14), small)
        draw.line(points, fill=rng.choice((30, 226)), width=round(width) + 1, joint="curve")
    blurred = image.filter(ImageFilter.GaussianBlur(1.15 * width + 1))
    large = blurred.resize((side, side), Image.Resampling.BICUBIC)
    return (np.asarray(large, np.float32) - 128) / 90


def _light(
    masks: dict[str, np.ndarray], folds: np.ndarray, rng: random.Random, side: int
) -> np.ndarray:
    """How bright each pixel is lit, (side, side), about 0.6 to 1.15."""
    angle = rng.uniform(-0.9, 0.9)  # where the light comes from: left or right, and above
    down, across = np.gradient(folds)
    slope = (math.sin(angle) * across + math.cos(angle) * 0.6 * down) * side / 17
    light = 1 + np.clip(0.17 * slope, -0.3, 0.2) + 0.03 * folds
    x = np.linspace(-0.5, 0.5, side, dtype=np.float32)[None, :]
    light = light + 0.12 * math.sin(angle) * x
    light *= 0.8 + 0.2 * _inside(masks["all"], side / 38, side)
    seam = masks["body"] * (1 - _inside(masks["body"], side / 60, side))
    light -= 0.10 * masks["sleeves"] * (1 - masks["body"]) * 0.6 + 0.05 * seam
    light -= 0.13 * masks["hems"]
    light *= 1 - 0.42 * masks["opening"] * (1 - masks["collar"])
    return np.asarray(light, np.float32)


def _inside(mask: np.ndarray, reach: float, side: int) -> np.ndarray:
    """0 at a mask's edge, rising to 1 at about `reach` pixels inside: a rounded rim."""
    image = Image.fromarray((mask * 255).astype(np.uint8))
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(reach)), np.float32) / 255
    return np.clip((blurred - 0.5) * 2.2, 0, 1)


# The design --------------------------------------------------------------------------------------


def _design(spec: ShirtSpec, base: Rgb, pose: Pose, rng: random.Random, side: int) -> np.ndarray:
    """Cloth and print as they would lie flat, (side, side, 3), 0–255."""
    main, second = inks(base, rng)
    if spec.texture:
        other = main if rng.random() < 0.7 else second
        return draw_texture(spec.texture, side, base, other, rng)
    cloth = Image.new("RGB", (side, side), base)
    if spec.motif:
        motif = draw_motif(spec.motif, spec.variation, main, second, side=side)
        _print(cloth, motif, rng.uniform(0.5, 0.82), rng, pose)
    elif spec.lettering:
        words = draw_lettering(spec.lettering, main, mix(main, base, 0.3), rng, side=side)
        _print(cloth, words, rng.uniform(0.66, 0.84), rng, pose)
    return np.asarray(cloth, np.float32)


def _print(
    cloth: Image.Image, picture: Image.Image, size: float, rng: random.Random, pose: Pose
) -> None:
    """Puts a print on the chest, `size` being its share of the chest's width; now and then small
    and over the heart."""
    side = cloth.width
    x, y = rng.gauss(0, 0.015), rng.uniform(0.82, 0.98)
    if rng.random() < 0.1:
        size, x, y = 0.26, 0.27, 0.62
    pixels = round(size * 2 * 0.62 * pose.width * 0.36 * pose.scale * side)
    small = picture.resize((pixels, pixels), Image.Resampling.LANCZOS)
    small = small.rotate(-pose.degrees, Image.Resampling.BICUBIC)
    if rng.random() < 0.35:  # an old print lets the cloth through
        small.putalpha(small.getchannel("A").point(lambda alpha: round(alpha * 0.86)))
    centre = pose.place([(x, y)], side)[0]
    place = (round(centre[0] - pixels / 2), round(centre[1] - pixels / 2))
    cloth.paste(small, place, small)


def _in_folds(design: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Shifts the design along the folds, by a few pixels, so that lines run over them.

    Gives (3, side, side): a plane a colour, which is quicker to light than pixel by pixel.
    """
    side = folds.shape[0]
    down, across = np.gradient(folds)
    reach = side * side / 1500
    places = np.arange(side)
    rows = places[:, None] + np.rint(reach * down / 8).astype(int)
    columns = places + np.rint(reach * across / 8).astype(int)
    pixels = np.clip(rows, 0, side - 1) * side + np.clip(columns, 0, side - 1)
    planes = np.ascontiguousarray(np.moveaxis(design, 2, 0))
    return np.asarray(planes.reshape(3, -1).take(pixels, axis=1))


def _lit(
    design: np.ndarray,
    masks: dict[str, np.ndarray],
    light: np.ndarray,
    base: Rgb,
    rng: random.Random,
) -> np.ndarray:
    """The cloth in its light, (3, side, side) float32."""
    rib = as_array(mix(base, (0, 0, 0) if luminance(base) > 90 else (255, 255, 255), 0.07))
    cloth = design + (rib[:, None, None] - design) * masks["collar"]
    plain = as_array(mix(base, (0, 0, 0), 0.12))
    hole = masks["opening"] * (1 - masks["collar"])
    cloth += (plain[:, None, None] - cloth) * hole
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, 0.014, light.shape)
    shade = light + grain.astype(np.float32)
    cloth *= shade
    # Dark cloth shows its folds by what it reflects rather than by what it swallows.
    cloth += np.maximum(shade - 0.8, 0) * 26
    return np.asarray(cloth)


def _on_backdrop(cloth: np.ndarray, mask: np.ndarray, rng: random.Random, side: int) -> Image.Image:
    ground = as_array(rng.choice(_BACKDROPS))
    x = np.arange(side, dtype=np.float32) / side - 0.5
    y = x[:, None]
    vignette = 1 - rng.uniform(0.02, 0.14) * (x * x + y * y) * 2 + rng.uniform(-0.03, 0.03) * x
    paper = ground[:, None, None] * vignette + rng.uniform(0, 1.6) * noise(side, 60, rng)
    shadow = Image.fromarray((mask * 255).astype(np.uint8))
    shadow = shadow.filter(ImageFilter.GaussianBlur(side / 45))
    drop = (round(side / 150 * rng.uniform(-1, 1)), round(side / 90))
    below = Image.new("L", shadow.size)
    below.paste(shadow, drop)
    fallen = np.asarray(below, np.float32) / 255
    paper *= 1 - rng.uniform(0.16, 0.3) * fallen
    picture = np.clip(paper + (cloth - paper) * mask, 0, 255).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in picture])
