"""Only Zalo may put words into people's mouths."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.signature import VARIANTS, Signer

RAW = json.dumps({"event_name": "user_send_text", "timestamp": "1540363714987"}).encode()
TIME, HEADER = "1540363714987", "1540363715000"


def signer(pinned: str = "") -> Signer:
    return Signer("app1", "oa1", "oa secret", "app secret", pinned)


def test_there_are_eight_readings_of_the_rule() -> None:
    assert len(VARIANTS) == 8


@pytest.mark.parametrize("name", VARIANTS)
def test_each_reading_is_recognised_and_named(name: str) -> None:
    mac = signer().sign(name, RAW, TIME, HEADER)
    for shown in (f"mac={mac}", mac, f"mac = {mac.upper()}"):
        assert signer().variant(RAW, shown, TIME, HEADER) == name


def test_the_documented_rule_is_a_plain_sum_over_app_body_time_and_the_oa_secret() -> None:
    mac = hashlib.sha256(b"app1" + RAW + TIME.encode() + b"oa secret").hexdigest()
    assert signer().variant(RAW, mac, TIME, "") == "app/oasecret/body"


@pytest.mark.parametrize("name", VARIANTS)
def test_once_pinned_no_other_reading_counts(name: str) -> None:
    for other in VARIANTS:
        mac = signer().sign(other, RAW, TIME, HEADER)
        assert signer(name).variant(RAW, mac, TIME, HEADER) == (name if other == name else "")


def test_without_any_secret_nothing_is_ever_believed() -> None:
    nobody = Signer("app1", "oa1", "", "")
    mac = hashlib.sha256(b"app1" + RAW + TIME.encode()).hexdigest()
    assert nobody.variant(RAW, mac, TIME, HEADER) == ""


@given(st.binary(max_size=80), st.text(max_size=70), st.text(max_size=20))
def test_whatever_is_shown_nobody_gets_in_without_the_secret(raw: bytes, shown: str, time: str) -> None:
    assert signer().variant(raw, shown, time, HEADER) == ""


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_one_changed_byte_breaks_the_signature(place: int, change: int) -> None:
    mac = signer().sign("app/oasecret/body", RAW, TIME)
    changed = bytearray(RAW)
    changed[place] ^= change
    assert signer().variant(bytes(changed), mac, TIME, "") == ""
