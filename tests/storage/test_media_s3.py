"""Photos on a store that several machines share: a real HTTP server that speaks S3."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from fsspec.registry import _registry
from moto.server import ThreadedMotoServer

from bot.core import open_media
from bot.settings import Media as MediaSettings
from storage.media import Media
from storage.media_cache import IN_USE_SECONDS, LEFT_BEHIND_SECONDS
from storage.media_store import MissingExtra, StoreAway, open_store, s3_options
from tests.e2e.office import free_port

BUCKET, REGION = "loa-media", "ap-southeast-1"
PHOTO = bytes(range(256)) * 300
SHA = hashlib.sha256(PHOTO).hexdigest()
ROOT = Path(__file__).parents[2]
PUT = """
import sys
from pathlib import Path
from storage.media import Media
from storage.media_store import s3_options
media = Media("s3://loa-media/tinh", Path(sys.argv[2]), options=s3_options(sys.argv[1], "ap-southeast-1", "k", "s"))
print(media.put_bytes(bytes(range(256)) * 300))
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    place: Any = {"LocationConstraint": REGION}
    client(address).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    yield address
    server.stop()


def client(address: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=address, region_name=REGION, aws_access_key_id="k", aws_secret_access_key="s"
    )


@pytest.fixture
def store(endpoint: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Media]:
    """The store as the machine ``name`` has it, by the settings an operator writes."""

    def on(name: str, url: str = "", address: str = endpoint) -> Media:
        url = url or f"s3://{BUCKET}/{request.node.name[:60]}"
        cache = str(tmp_path / name)
        settings = {"url": url, "endpoint": address, "region": REGION, "key": "k", "secret": "s", "cache": cache}
        return open_media(MediaSettings(**settings))  # type: ignore[arg-type]

    return on


def test_what_one_machine_put_another_reads_byte_for_byte(store: Callable[[str], Media]) -> None:
    one, other = store("one"), store("other")
    assert SHA not in other
    assert one.put_bytes(PHOTO) == SHA
    assert SHA in other
    assert other.path(SHA).read_bytes() == PHOTO
    assert other.put_bytes(PHOTO) == SHA


def test_another_process_shares_it(store: Any, endpoint: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PUT, endpoint, str(tmp_path / "other")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == SHA
    assert store("one", f"s3://{BUCKET}/tinh").path(SHA).read_bytes() == PHOTO


def test_what_was_never_put_is_missing_and_that_is_no_trouble_of_the_store(store: Callable[[str], Media]) -> None:
    with pytest.raises(FileNotFoundError):
        store("one").path("f" * 64)


def test_a_store_that_is_away_loses_nothing_and_says_so(store: Any) -> None:
    away = store("one", address=f"http://127.0.0.1:{free_port()}")
    for ask in (lambda: away.put_bytes(PHOTO), lambda: away.path(SHA), lambda: SHA in away):
        with pytest.raises(StoreAway, match="không kết nối được") as trouble:
            ask()
        assert trouble.value.errno  # what was fetched is tried again and not taken for a broken picture
    assert store("one").put_bytes(PHOTO) == SHA  # it is back
    assert store("other").path(SHA).read_bytes() == PHOTO


def test_a_bucket_that_is_not_there_is_no_missing_photo(store: Any) -> None:
    """Else a wrong letter in the settings would refuse every photo for good."""
    nowhere = store("one", "s3://loa-nowhere/tinh")
    for ask in (lambda: nowhere.put_bytes(PHOTO), lambda: nowhere.path(SHA)):
        with pytest.raises(StoreAway, match="bucket"):
            ask()


def test_a_photo_that_was_damaged_there_is_not_passed_on(store: Any, endpoint: str) -> None:
    media = store("one", f"s3://{BUCKET}/damaged")
    client(endpoint).put_object(Bucket=BUCKET, Key=f"damaged/{SHA[:2]}/{SHA}", Body=PHOTO[:-1])
    with pytest.raises(StoreAway, match="nguyên vẹn"):
        media.path(SHA)


# -- what stays on this machine ----------------------------------------------------------------------------------------


def grow_old(folder: Path, seconds: float) -> None:
    for file in folder.iterdir():
        os.utime(file, (time.time() - seconds, time.time() - seconds))


def test_copies_do_not_fill_the_disk_and_the_last_used_stay(tmp_path: Path) -> None:
    media = Media("memory://loa-bounded", cache=tmp_path / "cache", cache_bytes=100_000)
    photos = [bytes([number]) * 10_000 for number in range(30)]
    for number, photo in enumerate(photos):
        media.put_bytes(photo)
        grow_old(tmp_path / "cache", IN_USE_SECONDS + 1000 - number)
    assert sum(file.stat().st_size for file in (tmp_path / "cache").iterdir()) <= 100_000
    names = [hashlib.sha256(photo).hexdigest() for photo in photos]
    assert (tmp_path / "cache" / names[-1]).exists()
    assert media.path(names[0]).read_bytes() == photos[0]  # from the store again


def test_a_copy_that_may_be_being_sent_stays_however_full_it_is(tmp_path: Path) -> None:
    media = Media("memory://loa-in-use", cache=tmp_path / "cache", cache_bytes=20_000)
    paths = [media.path(media.put_bytes(bytes([number]) * 10_000)) for number in range(10)]
    assert all(path.exists() for path in paths)


@pytest.mark.parametrize("url", ["file://{folder}", "memory://loa-swept"])
def test_what_a_killed_process_left_half_written_is_swept_away(url: str, tmp_path: Path) -> None:
    url = url.format(folder=tmp_path / "media")
    killed = Media(url, cache=tmp_path / "cache")
    with killed.spool() as path:
        half, fresh = path.with_name("tmphalf"), path.with_name("tmpfresh")
    half.write_bytes(b"half")
    grow_old(half.parent, LEFT_BEHIND_SECONDS + 60)
    fresh.write_bytes(b"of a process that lives")
    Media(url, cache=tmp_path / "cache").put_bytes(PHOTO)
    assert not half.exists()
    assert fresh.exists()


def test_without_the_package_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(_registry, "s3", raising=False)  # found by an earlier test
    with pytest.raises(MissingExtra, match=r"loa-cong-doan\[s3\]"):
        open_store("s3://a/b", s3_options("", "", "", ""))
