"""Files people sent, fetched as they were, within the limits, and never with the token in sight."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.channels.contract import Channel, Checks, FetchFailed, MediaRef, Mounted
from bot.channels.telegram.limits import MEGABYTE
from tests.channels.telegram_office import Office, office, part, picture_bytes, served
from tests.fakes.telegram import Limits, faults


async def sent_document(here: Office, data: bytes) -> MediaRef:
    async with here.listening() as inbox:
        here.tg.send_document(here.tg.user("Lan"), "kế hoạch.docx", data)
        await here.heard()
        return inbox.last.media[0]


async def test_a_document_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000
    async with office() as here:
        media = await sent_document(here, data)
        await here.channel.download(media.ref, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == data


async def test_the_best_size_of_a_photo_is_fetched(tmp_path: Path) -> None:
    photo = picture_bytes(1600, 1200)
    async with office() as here, here.listening() as inbox:
        here.tg.send_photo(here.tg.user("Lan"), photo)
        await here.heard()
        await here.channel.download(inbox.last.media[0].ref, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == photo


async def test_a_60_mb_file_is_refused_in_words_without_asking_telegram(tmp_path: Path) -> None:
    async with office() as here:
        with pytest.raises(FetchFailed) as failed:
            await here.channel.download({"file_id": "f", "size": 60 * MEGABYTE}, tmp_path / "file")
        assert failed.value.final
        assert failed.value.sentence.startswith("Tệp 60 MB lớn hơn mức 20 MB")
        assert "trang web" in failed.value.sentence
        assert here.tg.called("getFile") == 0


async def test_a_file_whose_size_telegram_did_not_tell(tmp_path: Path) -> None:
    async with office(limits=Limits(download_bytes=1000)) as here:
        media = await sent_document(here, bytes(5000))
        with pytest.raises(FetchFailed) as failed:
            await here.channel.download(media.ref | {"size": None}, tmp_path / "file")
        assert failed.value.final
        assert "20 MB" in failed.value.sentence


async def test_more_bytes_than_announced_are_not_written(tmp_path: Path) -> None:
    async with office() as here:
        media = await sent_document(here, b"small")
        honest = here.tg.files.download
        here.tg.files.download = lambda path: replace(honest(path), data=bytes(21 * MEGABYTE))
        with pytest.raises(FetchFailed) as failed:
            await here.channel.download(media.ref, tmp_path / "file")
        assert failed.value.final
        assert not (tmp_path / "file").exists()


async def test_a_file_telegram_no_longer_has(tmp_path: Path) -> None:
    async with office() as here:
        with pytest.raises(FetchFailed) as failed:
            await here.channel.download({"file_id": "of-another-bot"}, tmp_path / "file")
        assert failed.value.final
        assert "gửi lại" in failed.value.sentence


@pytest.mark.parametrize(
    "trouble", [faults.accept_then_drop(), faults.hang(), faults.server_error(), faults.too_many_requests(3)]
)
@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_a_bad_line_is_not_final_and_leaves_nothing_behind(
    tmp_path: Path, trouble: faults.Fault, method: str
) -> None:
    async with office() as here:
        media = await sent_document(here, b"x" * 5000)
        here.tg.script(trouble, method=method)
        with pytest.raises(FetchFailed) as failed:
            await here.channel.download(media.ref, tmp_path / "file")
        assert (failed.value.final, (tmp_path / "file").exists()) == (False, False)
        await here.channel.download(media.ref, tmp_path / "file")
        assert (tmp_path / "file").stat().st_size == 5000


async def test_the_token_is_in_no_log_and_no_error_whatever_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "httpx", "httpcore"):  # as if nobody had ever told them to be quiet
        caplog.set_level(logging.DEBUG, name)
    written = io.StringIO()
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
    errors = []
    try:
        async with office() as here:
            media = await sent_document(here, b"x")
            for trouble in (faults.bad_gateway(), faults.hang(), faults.accept_then_drop(), faults.server_error()):
                for method in ("sendMessage", "getFile", "download"):
                    here.tg.script(trouble, method=method)
                await here.channel.send(part(here.tg.group("Nhóm"), "Chào"))
                for _ in range(2):
                    try:
                        await here.channel.download(media.ref, tmp_path / "file")
                    except FetchFailed as error:
                        errors.append(f"{error!r} {error.__cause__!r} {error.__context__!r}")
            await here.tg.close()
            await here.channel.send(part(-1, "Chào"))
            assert not await office_without_line(here)
            secrets = here.channel.secrets()
    finally:
        structlog.configure(**before)
    everything = caplog.text + written.getvalue() + "".join(errors)
    assert len(errors) == 8
    assert "SendMessage" in caplog.text
    assert "telegram.line" in written.getvalue()
    assert here.tg.token in secrets
    for secret in secrets:
        assert secret not in everything


async def office_without_line(here: Office) -> bool:
    async with office(settings={"api_base": here.tg.base_url}) as other:
        return await other.channel.prepare()


async def test_where_telegram_is_blocked_everything_goes_through_the_proxy(tmp_path: Path) -> None:
    asked = []

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append((scope["method"], scope["path"]))
        me = {"id": 70, "is_bot": True, "first_name": "Loa", "username": "loa_bot"}
        file = {"file_id": "f", "file_unique_id": "u", "file_path": "documents/a.docx"}
        result = {"getMe": me, "getFile": file}.get(scope["path"].rpartition("/")[2])
        await Response(json.dumps({"ok": True, "result": result}))(scope, receive, send)

    async with (
        served(proxy) as address,
        office(settings={"api_base": "http://blocked.invalid", "proxy": address}) as here,
    ):
        assert await here.channel.prepare()
        await here.channel.download({"file_id": "f"}, tmp_path / "file")
        base, token = "http://blocked.invalid", here.tg.token
    assert asked == [
        ("POST", f"{base}/bot{token}/getMe"),
        ("POST", f"{base}/bot{token}/getFile"),
        ("GET", f"{base}/file/bot{token}/documents/a.docx"),
    ]


async def test_an_invitation_code_telegram_cannot_carry_has_no_link() -> None:
    async with office() as here:
        assert await here.channel.prepare()
        assert here.channel.username == here.tg.me.username
        assert [here.channel.link(code) for code in ("mã-mời", "x" * 65, "")] == ["", "", ""]


async def test_the_channel_is_what_the_contract_asks_for() -> None:
    async with office(settings={"proxy": "http://loa:mat-khau@127.0.0.1:1"}) as here:
        channel: Channel = here.channel
        assert isinstance(channel, Checks)
        assert isinstance(channel, Mounted)
        assert (channel.name, channel.account) == ("telegram", "7000000001")
        assert "mat-khau" in channel.secrets()
        assert (channel.link("K7"), here.channel.username) == ("", "")
