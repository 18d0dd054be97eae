"""A decoded picture of any kind -> upright RGB of 8 bits, in sRGB, on white.

Pillow clips where it should scale: 32-bit numbers turn white, floats black. So what is deeper
than 8 bits is scaled here.
"""

import io

import numpy as np
from PIL import Image, ImageCms

# Where neither file nor format says it: how many numbers there usually are from black to white.
_RANGES = (1.0, 2.0**8, 2.0**16, 2.0**31, 2.0**32)
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # tags of TIFF
_WHITE_IS_ZERO, _SIGNED = 0, 2

# Pixels that are made smaller at a time.
STRIP = 1_000_000

_NEAREST = Image.Resampling.NEAREST
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def as_seen(
    picture: Image.Image, orientation: int = 1, profile: bytes = b"", enough: int = 0
) -> Image.Image:
    """The picture as a viewer shows it: RGB, 8 bits, upright, opaque; `profile` is an ICC's.

    Of a picture whose longer side is a multiple of `enough` pixels, not more is kept, so that the
    steps take little memory.
    """
    factor = max(picture.size) // enough if enough else 1
    shallow = _eight_bits(picture, factor) if _is_deep(picture) else _reduced(picture, factor)
    opaque = _on_white(shallow)
    if opaque.mode == "LAB":
        opaque = _from_lab(opaque)
    seen = (_in_srgb(opaque, profile) if profile else opaque).convert("RGB")
    return seen.transpose(_TURNS[orientation]) if orientation in _TURNS else seen


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    """Each square of `factor` pixels as their mean; by strips, for each step holds a copy."""
    if factor < 2:
        return picture
    width, height = picture.size
    rows = max(1, STRIP // (width * factor)) * factor
    boxes = [(0, top, width, min(top + rows, height)) for top in range(0, height, rows)]
    strips = [_means(picture.crop(box), factor) for box in boxes]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for box, strip in zip(boxes, strips, strict=True):
        whole.paste(strip, (0, box[1] // factor))
    return whole


def _means(picture: Image.Image, factor: int) -> Image.Image:
    if picture.has_transparency_data and picture.mode not in ("LA", "RGBA"):
        picture = picture.convert("RGBA")
    elif picture.mode in ("1", "P"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return picture.reduce(factor)


# Depth -----------------------------------------------------------------------------------------


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode in ("I", "F") or picture.mode.startswith("I;16")


def _eight_bits(picture: Image.Image, factor: int) -> Image.Image:
    """Grey numbers of any depth as 8 bits; what is marked transparent becomes white.

    Of each square of `factor` pixels one is taken: a mean of numbers is none of them.
    """
    if factor > 1:
        size = (picture.width // factor, picture.height // factor)
        values = np.asarray(picture.resize((max(size[0], 1), max(size[1], 1)), _NEAREST))
    else:
        values = np.asarray(picture)
    tags = getattr(picture, "tag_v2", {})
    signed = tags.get(_SAMPLE_FORMAT, (1,))[0] == _SIGNED
    if values.dtype == np.int32 and tags and not signed:
        values = values.view(np.uint32)  # Pillow has no unsigned numbers of 32 bits
    span = _range(picture, values, signed)
    levels = np.nan_to_num(values.astype(np.float32), copy=False, posinf=span, neginf=0)
    levels *= np.float32(256 / span)
    np.clip(levels, 0, 255, out=levels)
    grey = levels.astype(np.uint8)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = 255 - grey
    transparent = picture.info.get("transparency")
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _range(picture: Image.Image, values: np.ndarray, signed: bool) -> float:
    """How many numbers there are from black to white: the file's, or the fewest usual ones."""
    tags = getattr(picture, "tag_v2", {})
    bits = tags.get(_BITS, (16,))[0] if picture.mode != "F" else 32
    if bits < 32 and (tags or picture.mode != "I" or picture.format == "PPM"):
        return 2.0 ** (bits - signed)
    if picture.mode == "I":
        return next(span for span in _RANGES[1:] if values.max() < span)
    finite = values[np.isfinite(values)]
    # A few bright sparks of a picture in floats pass its white.
    brightest = float(np.percentile(finite, 99)) if finite.size else 1.0
    return next((span for span in _RANGES if brightest <= span), brightest)


# Colour ----------------------------------------------------------------------------------------


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency or palette, in its own colour space still."""
    if not picture.has_transparency_data:
        return picture.convert("RGB") if picture.mode == "P" else picture
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture.convert("RGBA"))
    return white.convert("L" if picture.mode == "LA" else "RGB")


def _from_lab(picture: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB") or picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours as sRGB; as they are when the profile is broken or of another kind."""
    if picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture
