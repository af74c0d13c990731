"""Small and screen-size copies of photos, made once and kept on disk; never with EXIF, so no place leaks to a room."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from storage.media import Media

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
THUMB, SCREEN = 640, 2048  # pixels of the longer side

pi_heif.register_heif_opener()
# Above MAX_IMAGE_PIXELS Pillow only warns: a picture that big is not decoded on a small server.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPicture(Exception):
    """The bytes are no picture, a broken one, or one too large to decode."""


class Pictures:
    """``folder`` may be emptied at any time: everything in it is made again from the media store."""

    def __init__(self, media: Media, folder: Path) -> None:
        self._media, self._folder = media, folder

    def thumb(self, sha256: str) -> Path:
        """A JPEG for a list. Raises NotAPicture; FileNotFoundError when the store has none; OSError on a full disk."""
        return self._copy(sha256, THUMB, quality=78)

    def screen(self, sha256: str) -> Path:
        """A JPEG to look at full screen. Raises as ``thumb``."""
        return self._copy(sha256, SCREEN, quality=86)

    def size(self, sha256: str) -> tuple[int, int] | None:
        """Width and height as shown, None when it cannot be shown as a picture."""
        try:
            with Image.open(self.thumb(sha256)) as image:
                return image.size
        except NotAPicture:
            return None

    def _copy(self, sha256: str, longest: int, quality: int) -> Path:
        kept = self._folder / f"{sha256}-{longest}.jpg"
        if not kept.is_file():
            image = _decode(self._media.path(sha256), longest)
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    image.save(file, "JPEG", quality=quality, optimize=True)
                Path(name).replace(kept)
            finally:
                Path(name).unlink(missing_ok=True)
        return kept


def _decode(path: Path, longest: int) -> Image.Image:
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
