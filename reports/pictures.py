"""What a photo is, and the copy of it that may be passed on: the right way up, without place or camera data."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pi_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from reports.unreadable import NotAPicture

__all__ = ["NotAPicture", "PictureFacts", "begins_like_one", "inspect", "make_shareable", "upright"]
pi_heif.register_heif_opener()

# Phones give up to 108 million in one shot; beyond lies a bomb, or a scan that is better sent as a file.
MAX_PIXELS = 120_000_000
MAX_DECODED = 90_000_000  # a quarter of a gigabyte: a JPEG is decoded at a fraction of its size, others are not
LONG_SIDE = 2560  # what editors and newspapers need; platforms make it smaller anyway
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP", "TIFF")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    width: int
    height: int
    taken_at: datetime | None  # from the camera; a hint, cameras have wrong clocks


def inspect(path: Path, zone: ZoneInfo) -> PictureFacts:
    """Size (as seen, after rotation) and time, read from the header. Raises NotAPicture."""
    with _open_picture(path) as image:
        width, height = image.size
        if image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8):
            width, height = height, width
        return PictureFacts(width, height, _taken_at(image, zone))


def make_shareable(path: Path, into: Path) -> None:
    """Write a JPEG of the picture with no metadata at all. Raises as ``upright``."""
    upright(path, LONG_SIDE).save(into, "JPEG", quality=88, optimize=True)


def upright(path: Path, longest: int) -> Image.Image:
    """The picture decoded, as one holds it, on white, ``longest`` pixels at most, with nothing beside its pixels.

    Raises NotAPicture; OSError when the disk fails.
    """
    with _open_picture(path) as image:
        try:
            image.draft("RGB", (longest * 2, longest * 2))
            if image.width * image.height > MAX_DECODED:
                raise NotAPicture(f"{image.width}x{image.height}")
            image.thumbnail((longest, longest))
            return _on_white(ImageOps.exif_transpose(image))
        except (SyntaxError, ValueError, EOFError) as error:
            raise NotAPicture(type(error).__name__) from error
        except OSError as error:
            if error.errno is not None:  # the disk, not the picture: Pillow's own complaints carry no number
                raise
            raise NotAPicture(str(error)) from error


def _on_white(image: Image.Image) -> Image.Image:
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        clean.paste(image, mask=image)
    else:
        clean.paste(image.convert("RGB"))
    return clean


_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


def begins_like_one(path: Path) -> bool:
    """Whether the first bytes are those of a picture, whatever follows."""
    with path.open("rb") as file:
        head = file.read(16)
    return head.startswith(_MAGIC) or head[4:8] == b"ftyp"


def _open_picture(path: Path) -> Image.Image:
    """The picture, its header read and its pixels not. Raises NotAPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
            image = Image.open(path, formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(type(error).__name__) from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise NotAPicture(f"{image.width}x{image.height}")
    return image


def _taken_at(image: Image.Image, zone: ZoneInfo) -> datetime | None:
    """EXIF says the local time of the camera and no zone."""
    text = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    try:
        return datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):  # "0001:01:01" cannot be moved to another zone
        return None
