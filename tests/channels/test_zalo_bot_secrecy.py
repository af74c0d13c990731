"""The token stands in every address of the platform. It must stand in no log, error, repr or row."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from structlog.testing import LogCapture

from bot.channels.zalo_bot.api import Api, ApiError, ForeignAnswer
from bot.settings import ZaloBot
from tests.channels.zalo_bot_office import IMPATIENT, QUICK, eventually, office, part, picture_bytes
from tests.fakes.zalo_bot import BOT_TOKEN, faults

HALF = BOT_TOKEN.partition(":")[2]
TROUBLES = [
    faults.error(400, f"Bad Request: /bot{BOT_TOKEN}/sendMessage"),  # a platform that repeats the address
    faults.error(401),
    faults.error(403),
    faults.error(404),
    faults.error(429),
    faults.error(500),
    faults.page(502),
    faults.page(403),
    faults.hang(),
    faults.refuse_line(),
    faults.accept_then_drop(),
]


@pytest.fixture
def noted(caplog: pytest.LogCaptureFixture) -> Iterator[LogCapture]:
    """Everything structlog and the standard library are told, before anything could be redacted."""
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture])
    caplog.set_level(logging.DEBUG)
    yield capture
    structlog.configure(processors=before)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.kind}-{trouble.error or trouble.status}")
async def test_no_failure_writes_the_token_anywhere(
    tmp_path: Path, noted: LogCapture, caplog: pytest.LogCaptureFixture, trouble: faults.Fault
) -> None:
    waits = IMPATIENT if trouble.kind is faults.Kind.HANG else QUICK
    async with office(tmp_path, waits=waits) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        here.zalo.script(trouble, times=None)
        found = await here.channel.diagnose()
        outcomes = [await here.channel.send(part(lan, "x")) for _ in range(4)]
        photo = here.media.path(here.media.put_bytes(picture_bytes()))
        outcomes.append(await here.channel.send(part(lan, "x", photos=(photo,))))
        async with here.listening():
            await eventually(lambda: here.zalo.called("getMe") > 3)
        shown = [str(noted.entries), caplog.text, *map(str, caplog.records), repr(outcomes), repr(here.alarms), *found]
    assert any("zalo_bot." in text for text in shown)
    assert BOT_TOKEN not in "".join(shown)
    assert HALF not in "".join(shown)


async def test_the_logs_of_a_quiet_day_at_their_most_talkative(
    tmp_path: Path, noted: LogCapture, caplog: pytest.LogCaptureFixture
) -> None:
    for library in ("httpx", "httpcore"):  # whatever the program told them before
        caplog.set_level(logging.DEBUG, library)
    async with office(tmp_path) as here, here.listening():
        lan = here.zalo.person("Lan")
        here.zalo.send_photo(lan, picture_bytes(), "cổng A")
        await here.heard()
        await here.channel.download(dict(here.inbox.last.media[0].ref), tmp_path / "in.jpg")
        await here.channel.send(part(lan, "Đã nhận"))
    assert any(record.name.startswith("http") for record in caplog.records)
    assert HALF not in caplog.text + str(noted.entries)


async def test_no_error_knows_the_token_however_it_is_shown(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        for trouble in TROUBLES:
            here.zalo.calm()
            here.zalo.script(trouble, method="sendMessage")
            api = Api(BOT_TOKEN, here.zalo.base_url, IMPATIENT)
            with pytest.raises((ApiError, ForeignAnswer, httpx.HTTPError)) as caught:
                await api.call("sendMessage", {"chat_id": "nobody", "text": "x"})
            error = caught.value
            address = error.request.url if isinstance(error, httpx.HTTPError) else ""
            assert HALF not in f"{error!s} {error!r} {error.__context__!r} {address}"
            await api.close()


def test_settings_do_not_show_it() -> None:
    assert HALF not in repr(ZaloBot(token=BOT_TOKEN))


async def test_the_account_name_and_the_secrets_for_redaction(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        assert here.channel.account == "987654321"
        assert {BOT_TOKEN, HALF} <= set(here.channel.secrets())
