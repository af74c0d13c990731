"""Small and screen-size copies of photos, made once and kept on disk; never with EXIF, so no place leaks to a room."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reports.unreadable import NotAPicture
from storage.media import Media

THUMB, SCREEN = 640, 2048  # pixels of the longer side


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
        from PIL import Image

        try:
            with Image.open(self.thumb(sha256)) as image:
                return image.size
        except NotAPicture:
            return None

    def _copy(self, sha256: str, longest: int, quality: int) -> Path:
        kept = self._folder / f"{sha256}-{longest}.jpg"
        if not kept.is_file():
            from reports.pictures import upright  # the decoders are large; most processes never see a photo

            image = upright(self._media.path(sha256), longest)
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    image.save(file, "JPEG", quality=quality, optimize=True)
                Path(name).replace(kept)
            finally:
                Path(name).unlink(missing_ok=True)
        return kept
