"""A copy of the database alone must open nothing, and a lost key must say so."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.sealing import KeyLost, Sealer, sealer_for
from tests.databases import fresh_database

VALUE = {"access": "AT-rất-bí-mật", "refresh": "RT-1"}


def test_the_key_file_is_made_at_the_first_sealing_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    database = fresh_database(tmp_path)
    sealer = sealer_for("", database)
    sealed = sealer.seal(VALUE)
    file = tmp_path / "loa.sqlite3.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "bí-mật" not in sealed
    assert sealer_for("", database).open(sealed) == VALUE
    assert [path.name for path in tmp_path.glob("*.key*")] == ["loa.sqlite3.key"]
    database.close()


def test_a_lost_key_file_is_said_and_not_replaced(tmp_path: Path) -> None:
    sealer = Sealer("", tmp_path / "key")
    sealed = sealer.seal(VALUE)
    (tmp_path / "key").unlink()
    with pytest.raises(KeyLost) as lost:
        sealer.open(sealed)
    assert "đăng nhập lại" in lost.value.sentence
    assert not (tmp_path / "key").exists()


def test_a_restored_database_with_a_new_key_says_that_the_old_key_is_missing(tmp_path: Path) -> None:
    sealed = Sealer("", tmp_path / "old").seal(VALUE)
    newer = Sealer("", tmp_path / "new")
    newer.seal({})
    with pytest.raises(KeyLost, match="new"):
        newer.open(sealed)


def test_a_key_in_the_settings_needs_no_file(tmp_path: Path) -> None:
    sealer = Sealer("một chuỗi đủ dài của cơ quan", tmp_path / "key")
    assert sealer.open(sealer.seal(VALUE)) == VALUE
    assert not (tmp_path / "key").exists()


def test_a_key_that_anybody_could_guess_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyLost, match="16 ký tự"):
        Sealer("123456", tmp_path / "key").seal(VALUE)


def test_two_processes_that_make_the_key_at_once_end_with_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda _: Sealer("", tmp_path / "key").seal(VALUE), range(8)))
    opener = Sealer("", tmp_path / "key")
    assert [opener.open(one) for one in sealed] == [VALUE] * 8
