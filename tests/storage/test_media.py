"""Photos are kept byte for byte, once, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from storage.media import Media
from storage.media_store import StoreAway

PHOTO = b"\xff\xd8 a photo of the sports day \xff\xd9"
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(f"file://{tmp_path}/media")


def files_in(tmp_path: Path) -> list[bytes]:
    return [file.read_bytes() for file in (tmp_path / "media").rglob("*") if file.is_file()]


def test_what_was_put_comes_back_byte_for_byte(media: Media) -> None:
    assert media.put_bytes(PHOTO) == SHA
    assert media.path(SHA).read_bytes() == PHOTO
    assert SHA in media


def test_the_same_photo_twice_is_kept_once_and_nothing_is_left_lying_about(media: Media, tmp_path: Path) -> None:
    media.put_bytes(PHOTO)
    media.put_bytes(PHOTO)
    assert files_in(tmp_path) == [PHOTO]


def test_two_officers_send_the_same_photo_at_the_same_moment(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find that it is not there yet, and both put it."""
    both_looked = threading.Barrier(2)
    look = media._files.exists

    def look_together(place: str) -> bool:
        found: bool = look(place)
        both_looked.wait(5)
        return found

    monkeypatch.setattr(media._files, "exists", look_together)
    kept: list[str] = []
    officers = [threading.Thread(target=lambda: kept.append(media.put_bytes(PHOTO))) for _ in range(2)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join(10)
    assert kept == [SHA, SHA]
    assert files_in(tmp_path) == [PHOTO]


def test_a_file_that_changes_later_does_not_change_what_was_kept(media: Media, tmp_path: Path) -> None:
    """The operator's own picture, given to ``loa push --photo`` and edited afterwards."""
    own = tmp_path / "own.jpg"
    own.write_bytes(PHOTO)
    media.put(own)
    with own.open("r+b") as file:
        file.write(b"edited")
    assert media.path(SHA).read_bytes() == PHOTO


def test_a_full_disk_is_told_and_leaves_nothing_half(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as trouble:
        trouble.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            media.put_bytes(PHOTO)
    assert SHA not in media
    assert files_in(tmp_path) == []
    assert media.put_bytes(PHOTO) == SHA


def test_a_file_from_elsewhere_is_there_whole_or_not_at_all(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy stops half way, as when the power goes: a torn file under the name of the whole one would stay torn."""
    own = tmp_path / "own.jpg"
    own.write_bytes(PHOTO)

    def half(source: Path, target: Path) -> None:
        target.write_bytes(PHOTO[:5])
        raise OSError("the power went")

    with monkeypatch.context() as trouble:
        trouble.setattr("shutil.copyfile", half)
        with pytest.raises(OSError, match="power"):
            media.put(own)
    assert SHA not in media
    assert media.put(own) == SHA
    assert media.path(SHA).read_bytes() == PHOTO


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "f" * 63, "f" * 63 + "/"])
def test_only_a_digest_is_a_name(media: Media, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        media.path(name)


def test_what_was_never_put_is_missing(media: Media) -> None:
    with pytest.raises(FileNotFoundError):
        media.path("f" * 64)
    assert "f" * 64 not in media


def test_a_shared_store_is_read_through_a_copy_on_this_machine(tmp_path: Path) -> None:
    media = Media("memory://loa-media", cache=tmp_path / "cache")
    assert media.put_bytes(PHOTO) == SHA
    assert media.path(SHA).read_bytes() == PHOTO
    assert media.path(SHA).parent == tmp_path / "cache"
    assert media.put_bytes(PHOTO) == SHA


def test_a_copy_that_was_cut_off_is_not_taken_for_the_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Media("memory://loa-media-cut", cache=tmp_path / "elsewhere").put_bytes(PHOTO)
    media = Media("memory://loa-media-cut", cache=tmp_path / "cache")

    def cut_off(place: str, local: str) -> None:
        Path(local).write_bytes(PHOTO[:5])
        raise OSError("the line broke")

    with monkeypatch.context() as trouble:
        trouble.setattr(media._files, "get_file", cut_off)
        with pytest.raises(StoreAway):
            media.path(SHA)
    assert media.path(SHA).read_bytes() == PHOTO
