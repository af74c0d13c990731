"""Opening the place where photos and files are kept, and what can go wrong with one on another machine."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import fsspec

NO_EXTRA = "Kho ảnh s3:// cần thêm gói. Hãy cài: pip install 'loa-cong-doan[s3]'"
NO_CLIENT = "Kho ảnh {scheme}:// cần thêm gói phần mềm chưa cài trên máy này."
AWAY = "không kết nối được kho ảnh dùng chung; kiểm tra mạng và [media] endpoint (bắt đầu bằng https://)"
NO_BUCKET = "kho ảnh dùng chung không có bucket này; tạo bucket, hoặc sửa [media] url"
DENIED = "kho ảnh dùng chung từ chối khóa truy cập; kiểm tra LOA_MEDIA__KEY và LOA_MEDIA__SECRET"
DAMAGED = "tệp trong kho ảnh dùng chung không còn nguyên vẹn"
# A store that does not answer must be noticed before everything waits for it.
PATIENT = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 1}}
# Stores other than Amazon's know neither buckets as host names nor the newer checksums.
COMPATIBLE = {
    "s3": {"addressing_style": "path"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class StoreAway(OSError):
    """The shared store cannot be reached or refuses; what was to be kept must be tried again later."""

    def __init__(self, sentence: str) -> None:
        super().__init__(errno.EIO, sentence)


class MissingExtra(ImportError):
    """A package that only this kind of store needs is not installed."""


def open_store(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """(file system, root) of ``url``. Asks no network. Raises MissingExtra and ValueError."""
    scheme = url.partition("://")[0] if "://" in url else "file"
    try:
        files, root = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        raise MissingExtra(NO_EXTRA if scheme in ("s3", "s3a") else NO_CLIENT.format(scheme=scheme)) from error
    return files, str(root).rstrip("/")


def s3_options(endpoint: str, region: str, key: str, secret: str) -> dict[str, Any]:
    """For an ``s3://`` URL. What is empty is taken from the environment as Amazon's own tools do it (AWS_…)."""
    config = PATIENT | (COMPATIBLE if endpoint else {})
    return {
        "endpoint_url": endpoint or None,
        "key": key or None,
        "secret": secret or None,
        "client_kwargs": {"region_name": region} if region else {},
        "config_kwargs": config,
        "use_listings_cache": False,  # other processes write too
    }


@contextmanager
def asking() -> Iterator[None]:
    """Turns whatever a client library raises into StoreAway. FileNotFoundError stays: the store answered, and has no
    such file.
    """
    try:
        yield
    except FileNotFoundError as error:
        if _code(error) == "NoSuchBucket":
            raise StoreAway(NO_BUCKET) from error
        raise
    except PermissionError as error:
        raise StoreAway(DENIED) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise  # the disk of this machine
        raise StoreAway(AWAY) from error
    except Exception as error:  # clients of stores have hierarchies of their own
        raise StoreAway(AWAY) from error


def _code(error: Exception) -> str:
    response = getattr(error.__cause__, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
