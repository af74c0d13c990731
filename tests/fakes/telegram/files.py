"""Files as the server keeps them: ids, links with an end, sizes."""

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .errors import ApiError, bad_request, too_large
from .limits import Limits, photo_size
from .params import Params, Upload
from .pictures import Darkroom, dimensions
from .text import JSON

_FOLDERS = {"photo": "photos", "document": "documents", "video": "videos", "voice": "voice"}


@dataclass(frozen=True)
class StoredFile:
    """``data`` is byte for byte what arrived (for the smaller photo sizes: what the server made of it)."""

    file_id: str
    unique_id: str
    kind: str
    path: str
    data: bytes = field(repr=False)
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    duration: int = 0

    def to_json(self) -> JSON:
        body: JSON = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}
        if self.kind in ("photo", "video"):
            body |= {"width": self.width, "height": self.height}
        if self.kind in ("video", "voice"):
            body |= {"duration": self.duration}
        if self.kind != "photo" and self.mime:
            body["mime_type"] = self.mime
        if self.kind in ("document", "video") and self.name:
            body["file_name"] = self.name
        return body


@dataclass(frozen=True)
class Media:
    """What one message carries; a photo has several sizes, everything else one file."""

    kind: str
    files: Sequence[StoredFile]
    upload: Upload | None = None
    """The part as received when the bot uploaded it; None when it came by file_id or from a person."""

    @property
    def best(self) -> StoredFile:
        return self.files[-1]

    def to_json(self) -> JSON:
        if self.kind == "photo":
            return {"photo": [size.to_json() for size in self.files]}
        return {self.kind: self.best.to_json()}


class FileStore:
    def __init__(self, limits: Callable[[], Limits], clock: Callable[[], datetime]) -> None:
        self._limits = limits
        self._clock = clock
        self._darkroom = Darkroom()
        self._by_id: dict[str, Media] = {}
        self._links: dict[str, tuple[StoredFile, datetime]] = {}
        self._serial = 0

    def keep(self, kind: str, upload: Upload, *, from_bot: bool, duration: int = 0) -> Media:
        """Stores new bytes. A photo gets its size list."""
        if kind == "photo":
            sizes = self._darkroom.sizes(upload.data)
            files = [self._new(kind, p.data, "", "image/jpeg", p.width, p.height) for p in sizes]
        else:
            mime = upload.mime if upload.mime not in ("", "application/octet-stream") else ""
            mime = mime or mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
            width, height = (320, 240) if kind == "video" else (0, 0)
            files = [self._new(kind, upload.data, upload.name, mime, width, height, duration)]
        return self._register(Media(kind, files, upload if from_bot else None))

    def again(self, media: Media) -> Media:
        """The same file in another message: a new file_id, the same file_unique_id, as Telegram does."""
        return self._register(replace(media, files=[replace(f, file_id=self._next_id()) for f in media.files]))

    def taken(self, kind: str, reference: str, params: Params) -> Media:
        """A file named in a request: ``attach://part``, an earlier file_id, or the field's own upload."""
        upload = params.uploads.get(reference.removeprefix("attach://"))
        if upload is not None:
            return self._uploaded(kind, upload)
        if reference.startswith("attach://"):
            raise bad_request("invalid file HTTP URL specified: Unsupported URL protocol")
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        media = self._by_id.get(reference)
        if media is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if media.kind != kind:
            raise bad_request(f"can't use file of type {media.kind.title()} as {kind.title()}")
        return self.again(media)

    def _uploaded(self, kind: str, upload: Upload) -> Media:
        limits, size = self._limits(), len(upload.data)
        if size == 0:
            raise bad_request("file must be non-empty")
        if size > limits.upload_bytes:
            raise too_large()
        if kind == "photo" and size > limits.photo_bytes:
            most = limits.photo_bytes
            raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is {most} bytes")
        if kind == "photo":
            photo_size(*dimensions(upload.data), limits)
        return self.keep(kind, upload, from_bot=True)

    def link(self, file_id: str) -> JSON:
        """The answer of getFile; the path works for an hour from now."""
        media = self._by_id.get(file_id)
        if media is None:
            raise bad_request("invalid file_id")
        stored = next(f for f in media.files if f.file_id == file_id)
        if len(stored.data) > self._limits().download_bytes:
            raise bad_request("file is too big")
        self._links[stored.path] = (stored, self._clock() + timedelta(seconds=self._limits().link_seconds))
        names = ("file_id", "file_unique_id", "file_size")
        return {k: v for k, v in stored.to_json().items() if k in names} | {"file_path": stored.path}

    def download(self, path: str) -> StoredFile:
        stored, until = self._links.get(path, (None, self._clock()))
        if stored is None or self._clock() >= until:
            raise ApiError(404, "Not Found")
        return stored

    def _new(
        self, kind: str, data: bytes, name: str, mime: str, width: int, height: int, duration: int = 0
    ) -> StoredFile:
        file_id = self._next_id()
        suffix = ".jpg" if kind == "photo" else (mimetypes.guess_extension(mime) or "")
        path = f"{_FOLDERS[kind]}/file_{self._serial}{suffix}"
        return StoredFile(file_id, f"AQAD{self._serial:010d}", kind, path, data, name, mime, width, height, duration)

    def _next_id(self) -> str:
        self._serial += 1
        return f"AgACAgUAAxkDAAIB{self._serial:012d}-fake_file_id"

    def _register(self, media: Media) -> Media:
        for stored in media.files:
            self._by_id[stored.file_id] = media
        return media
