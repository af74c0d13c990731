"""Pictures decoded for showing."""

from __future__ import annotations

import warnings
from pathlib import Path

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.channels.webchat.pictures import NotAPicture

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

pi_heif.register_heif_opener()
# Above MAX_IMAGE_PIXELS Pillow only warns: a picture that big is not decoded on a small server.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def size(path: Path) -> tuple[int, int]:
    """Width and height of a picture of our own making."""
    with Image.open(path) as image:
        return image.size


def decode(path: Path, longest: int) -> Image.Image:
    """The picture upright, on white, ``longest`` pixels at most. Raises NotAPicture; OSError when the disk fails."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft("RGB", (longest, longest))  # a JPEG is decoded at a fraction of its size
            image.thumbnail((longest, longest))
            return _on_white(ImageOps.exif_transpose(image))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise NotAPicture(type(error).__name__) from error
    except OSError as error:
        if error.errno is not None:  # the disk, not the picture: Pillow's own complaints carry no number
            raise
        raise NotAPicture(str(error)) from error


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")
