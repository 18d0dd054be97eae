"""Untrusted bytes -> a verified 250×250 JPEG.

The rule: the first frame, turned as its EXIF says, in sRGB, on white where it is transparent; the
whole picture, never cropped, scaled to fit 250×250 and centred on white. Nothing of the original
file but its pixels is kept.
"""

import io

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

SIDE = 250
QUALITY = 90
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
# A camera's 50 megapixels take 150 MB of memory; what claims more is no product picture.
MOST_PIXELS = 50_000_000


class BadPicture(ValueError):
    """The bytes cannot become a thumbnail; the message says why."""


def make_thumbnail(data: bytes) -> bytes:
    """The bytes of any picture -> those of its thumbnail; the same in, the same out.

    Raises BadPicture.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _refuse_bomb(picture)
            return _as_jpeg(_fitted(_upright_rgb(picture)))
    except BadPicture:
        raise
    except UnidentifiedImageError:
        raise BadPicture("not a picture of a known kind") from None
    except Image.DecompressionBombError as error:
        raise BadPicture(str(error)) from error
    except Exception as error:  # Pillow's decoders fail in many ways on hostile bytes
        raise BadPicture(f"broken picture ({type(error).__name__}: {error})") from error


def _refuse_bomb(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(f"{width}×{height} pixels are too many")


def _upright_rgb(picture: Image.Image) -> Image.Image:
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # JPEG can be decoded at a half, a quarter …
    picture.load()
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16"):
        upright = upright.point(lambda value: value / 256).convert("L")
    opaque = _on_white(upright)
    return (_in_srgb(opaque, profile) if profile else opaque).convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency or palette, in its own colour space still."""
    if not picture.has_transparency_data:
        return picture.convert("RGB") if picture.mode == "P" else picture
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture.convert("RGBA"))
    return white.convert("L" if picture.mode == "LA" else "RGB")


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


def _fitted(picture: Image.Image) -> Image.Image:
    return ImageOps.pad(picture, (SIDE, SIDE), Image.Resampling.LANCZOS, color="white")


def _as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
