"""What ``loa doctor`` tells an operator about the Telegram bot."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram import doctor
from bot.settings import Telegram
from tests.channels.telegram_office import office
from tests.fakes.telegram import faults


async def diagnosis(*, privacy: bool = False, **more: Any) -> list[str]:
    async with office(privacy=privacy, **more) as here:
        return await here.channel.diagnose()


async def test_a_bot_that_hears_everything_is_well() -> None:
    assert await diagnosis() == []


async def test_privacy_mode_is_explained_step_by_step() -> None:
    found = await diagnosis(privacy=True)
    assert found == [doctor.PRIVACY]
    assert "/setprivacy" in found[0]
    assert "thêm lại" in found[0]


async def test_without_a_token_the_way_to_one_is_shown() -> None:
    assert await diagnosis(settings={"token": ""}) == [doctor.NO_KEY]


async def test_a_wrong_token() -> None:
    assert await diagnosis(settings={"token": "1:wrong"}) == [doctor.WRONG_KEY]


async def test_a_line_blocked_on_the_way_leads_to_a_proxy_or_the_web_chat() -> None:
    found = await diagnosis(settings={"api_base": "http://127.0.0.1:9"})
    assert found == [doctor.NO_LINE]
    assert "proxy" in found[0]


async def test_telegram_is_overloaded() -> None:
    async with office(privacy=False) as here:
        here.tg.script(faults.server_error(503), times=None)
        assert await here.channel.diagnose() == [doctor.BUSY]


@pytest.mark.parametrize(
    ("public_url", "secret", "expected"),
    [
        ("", "", [doctor.NO_ADDRESS]),
        ("http://loa.example.vn", "", [doctor.NO_ADDRESS]),
        ("https://loa.example.vn:8000", "", [doctor.BAD_PORT]),
        ("https://loa.example.vn:8443/", "có dấu", [doctor.BAD_WORD]),
        ("https://loa.example.vn", "", []),
    ],
)
async def test_a_webhook_needs_an_address_telegram_can_call(public_url: str, secret: str, expected: list[str]) -> None:
    assert await diagnosis(mode="webhook", public_url=public_url, settings={"webhook_secret": secret}) == expected


async def test_a_webhook_that_fails_or_belongs_to_somebody_else() -> None:
    async with office(mode="webhook", public_url="https://loa.example.vn", privacy=False) as here:
        here.tg.webhook.url = "https://other.example.vn/hook"
        assert await here.channel.diagnose() == [doctor.OTHER_ADDRESS]
        here.tg.webhook.url = "https://loa.example.vn/telegram/webhook"
        here.tg.webhook.last_error = (here.clock.now(), "Connection failed")
        assert await here.channel.diagnose() == [doctor.FAILING]


def test_at_telegrams_own_servers_data_leave_the_country() -> None:
    assert doctor.note(Telegram()) == [doctor.ABROAD]
    assert doctor.note(Telegram(api_base="http://127.0.0.1:8081")) == []


def test_every_sentence_can_be_read_on_one_screen() -> None:
    sentences = [value for name, value in vars(doctor).items() if name.isupper() and isinstance(value, str)]
    assert len(sentences) > 8
    assert all(len(sentence) <= 350 for sentence in sentences)
