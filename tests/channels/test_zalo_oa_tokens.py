"""A refresh token works once. Whoever loses the new pair makes an admin sign in again, so nobody may."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import logs
from bot.channels.contract import Refused, RetryAt, Sent
from bot.channels.zalo_oa.signin import Pair
from bot.channels.zalo_oa.tokens import NoGrant
from storage import grants
from storage.database import Database
from tests.channels.zalo_oa_office import Office, office, part
from tests.fakes.zalo_oa import OPENING, faults

ROOT = Path(__file__).parents[2]
NOTHING: dict[str, Any] = {"access_token": SecretStr(""), "refresh_token": SecretStr("")}


def stored(desk: Office) -> list[str]:
    with desk.database.snapshot() as session:
        return [grant.sealed for grant in session.exec(grants._of("zalo_oa", desk.oa.oa_id))]


async def test_the_pair_of_the_settings_is_taken_over_once_and_sealed(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        first = desk.oa.access_token
        assert await desk.channel.tokens.current() == first
        await desk.channel.tokens.renew(first)
        assert await desk.another().tokens.current() == desk.oa.access_token != first
        assert len(stored(desk)) == 2
        raw = b"".join(file.read_bytes() for file in tmp_path.glob("loa.sqlite3*"))
        assert first.encode() not in raw
        assert desk.oa.refresh_token.encode() not in raw


async def test_new_tokens_in_the_settings_mend_a_dead_grant(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        old = await desk.channel.tokens.current()
        desk.oa.oauth.revoke()
        with pytest.raises(NoGrant):
            await desk.channel.tokens.renew(old)
        pair = desk.oa.oauth.seed()
        mended = desk.another(access_token=SecretStr(pair.access), refresh_token=SecretStr(pair.refresh))
        assert await mended.tokens.current() == pair.access


async def test_after_twenty_hours_the_pair_is_renewed_before_it_is_used(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        first = await desk.channel.tokens.current()
        desk.pass_time(hours=19, minutes=59)
        assert await desk.channel.tokens.current() == first
        desk.pass_time(minutes=1)
        assert await desk.channel.tokens.current() == desk.oa.access_token != first
        assert desk.oa.oauth.refreshes == 1


async def test_the_last_three_pairs_are_kept(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        for _ in range(5):
            await desk.channel.tokens.renew(await desk.channel.tokens.current())
        assert len(stored(desk)) == 3


@pytest.mark.parametrize("processes", [1, 2])
async def test_many_who_need_a_new_pair_at_once_make_one_call(tmp_path: Path, processes: int) -> None:
    async with office(tmp_path) as desk:
        await many_ask(desk, processes)


async def test_three_processes_that_are_refused_at_once_make_one_call(tmp_path: Path) -> None:
    async with office(tmp_path, clock=lambda: datetime.now(UTC)) as desk:
        desk.hand.passed = (datetime.now(UTC) - OPENING).total_seconds()
        old, oa = await desk.channel.tokens.current(), desk.oa
        told = [str(desk.database.url), str(tmp_path / "key"), oa.oauth_url, oa.app_id, oa.app_secret, oa.oa_id, old]
        command = [sys.executable, "-m", "tests.channels.zalo_oa_renewer", *told]
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, **pipes) for _ in range(3)]
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        held = {out.decode().splitlines()[-1] for out, _ in said}
        assert held == {oa.access_token} != {old}
        assert (oa.oauth.refreshes, oa.oauth.refused) == (1, [])


@pytest.mark.postgres
async def test_a_database_server_lets_only_one_process_renew_too(tmp_path: Path, postgres: Database) -> None:
    async with office(tmp_path, database=postgres) as desk:
        await many_ask(desk, 3)


async def many_ask(desk: Office, processes: int) -> None:
    old = await desk.channel.tokens.current()
    others = [desk.another() for _ in range(processes - 1)]
    channels = [desk.channel, *others]
    asked = await asyncio.gather(*(channel.tokens.renew(old) for channel in channels for _ in range(5)))
    assert set(asked) == {desk.oa.access_token}
    assert (desk.oa.oauth.refreshes, desk.oa.oauth.refused) == (1, [])
    for channel in others:
        await channel.close()


async def test_a_token_that_another_process_replaced_costs_one_failed_request_and_no_renewal(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan")
        desk.oa.follow(lan)
        old = await desk.channel.tokens.current()
        other = desk.another()
        await other.tokens.renew(old)
        assert isinstance(await desk.channel.send(part(lan, "Chào chị Lan")), Sent)
        assert desk.oa.oauth.refreshes == 1
        await other.close()


async def test_the_new_pair_is_committed_before_anybody_uses_it(tmp_path: Path) -> None:
    """Killed right after the answer: the next process finds the pair that counts."""
    async with office(tmp_path) as desk:
        asking = asyncio.create_task(desk.channel.tokens.renew(await desk.channel.tokens.current()))
        await asyncio.sleep(0)
        asking.cancel()  # the sender is stopped while Zalo answers
        await asyncio.gather(asking, return_exceptions=True)
        await desk.channel.tokens.close()
        assert desk.oa.oauth.refreshes == 1
        other = desk.another()
        assert await other.tokens.current() == desk.oa.access_token
        await other.close()


async def test_no_other_writer_waits_while_zalo_is_slow_to_renew(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        old = await desk.channel.tokens.current()
        desk.oa.script(faults.slow(0.2), path="access_token")
        asking = asyncio.create_task(desk.channel.tokens.renew(old))
        await desk.oa.until(lambda: desk.oa.oauth.refreshes)
        async with asyncio.timeout(0.15):
            await desk.database.write(lambda session: None)
        assert not asking.done()
        await asking


# What can go wrong


async def test_an_error_inside_http_200_is_an_error_and_rings_with_the_steps_of_repair(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan")
        desk.oa.follow(lan)
        old = await desk.channel.tokens.current()
        desk.oa.oauth.revoke()
        outcome = await desk.channel.send(part(lan, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account
        assert desk.oa.oauth.refused == [-118, -118]
        assert desk.alarms == ["zalo_oa.grant_dead"]
        assert "loa zalo login" in desk.rung[0][1]
        with pytest.raises(NoGrant):
            await desk.channel.tokens.renew(old)
        assert desk.oa.oauth.refused == [-118, -118], "a dead token is not tried again and again"


async def test_after_somebody_signed_in_again_the_running_program_goes_on_by_itself(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan", follows=True)
        await desk.channel.tokens.current()
        desk.oa.oauth.revoke()
        assert isinstance(await desk.channel.send(part(lan, "Chào")), RetryAt)
        command = desk.another()
        pair = desk.oa.oauth.seed()
        await command.tokens.keep(Pair(pair.access, pair.refresh))
        assert isinstance(await desk.channel.send(part(lan, "Chào")), Sent)
        await command.close()


async def test_while_the_old_token_lives_a_dead_grant_silences_nobody(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        first = await desk.channel.tokens.current()
        desk.pass_time(hours=20)
        desk.oa.script(faults.error(-118), path="access_token", times=None)
        assert await desk.channel.tokens.current() == first
        assert desk.alarms == ["zalo_oa.grant_dead"]
        desk.pass_time(hours=4)
        assert await desk.channel.tokens.current() == first
        desk.pass_time(hours=1)
        with pytest.raises(NoGrant, match="login"):
            await desk.channel.tokens.current()


async def test_silence_leaves_the_token_in_doubt_so_the_same_one_is_tried_once_more(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        desk.oa.script(faults.hang(), path="access_token")
        await desk.channel.tokens.renew(await desk.channel.tokens.current())
        assert desk.oa.oauth.refreshes == 1
        assert desk.alarms == []


async def test_a_pair_that_was_made_but_never_heard_of_is_a_dead_grant(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        desk.oa.script(faults.accept_then_drop(), path="access_token")
        with pytest.raises(NoGrant) as error:
            await desk.channel.tokens.renew(await desk.channel.tokens.current())
        assert error.value.lost
        assert desk.alarms == ["zalo_oa.grant_dead"]


async def test_a_sign_in_host_that_stays_silent_is_told_and_tried_again_later(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        old = await desk.channel.tokens.current()
        trouble = desk.oa.script(faults.hang(), path="access_token", times=None)
        with pytest.raises(NoGrant) as error:
            await desk.channel.tokens.renew(old)
        assert not error.value.lost
        assert desk.alarms == ["zalo_oa.grant_silent"]
        desk.oa.calm(trouble)
        assert await desk.channel.tokens.renew(old) == desk.oa.access_token


async def test_a_broken_line_to_the_sign_in_host_spends_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        old = await desk.channel.tokens.current()
        away = desk.another(oauth_base="http://127.0.0.1:1")
        with pytest.raises(NoGrant) as error:
            await away.tokens.renew(old)
        assert not error.value.lost
        assert desk.alarms == []
        assert await desk.channel.tokens.renew(old) == desk.oa.access_token
        await away.close()


async def test_nobody_signed_in_yet(tmp_path: Path) -> None:
    async with office(tmp_path, NOTHING) as desk:
        outcome = await desk.channel.send(part(desk.oa.user("Lan"), "Chào"))
        assert isinstance(outcome, RetryAt)
        assert "loa zalo login" in outcome.reason
        assert desk.oa.calls == []


async def test_a_lost_key_is_said_and_everything_waits(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.channel.tokens.current()
        (tmp_path / "key").unlink()
        other = desk.another()
        outcome = await other.send(part(desk.oa.user("Lan"), "Chào"))
        assert isinstance(outcome, RetryAt)
        assert "khóa niêm phong" in outcome.reason
        assert "loa zalo login" in outcome.reason
        assert "zalo_oa.key_lost" in desk.alarms
        await other.close()


async def test_a_token_refused_even_after_renewal_stops_asking(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan")
        desk.oa.follow(lan)
        desk.oa.script(faults.error(-216), path="message/cs", times=None)
        outcome = await desk.channel.send(part(lan, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account
        assert desk.oa.called("message/cs") == 2
        assert desk.oa.oauth.refreshes == 1
        assert desk.alarms == ["zalo_oa.token_refused"]


@pytest.mark.parametrize("code", [-216, 216, -220, 220, -124, 401])
async def test_every_way_of_saying_that_the_token_is_old(tmp_path: Path, code: int) -> None:
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan")
        desk.oa.follow(lan)
        desk.oa.script(faults.error(code), path="message/cs")
        assert isinstance(await desk.channel.send(part(lan, "Chào")), Sent)
        assert desk.oa.oauth.refreshes == 1


async def test_no_token_is_ever_in_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with office(tmp_path) as desk:
        lan = desk.oa.user("Lan")
        desk.oa.follow(lan)
        logs.hide(*desk.channel.secrets())
        await desk.channel.send(part(lan, "Chào"))
        first = desk.oa.pair
        await desk.channel.tokens.renew(first.access)
        written = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpcore"))
        secrets = [first.access, first.refresh, desk.oa.access_token, desk.oa.refresh_token, desk.oa.app_secret]
        assert not [secret for secret in secrets if secret in written]
        assert all(logs.redact(secret) == "•••" for secret in secrets)
        assert not isinstance(await desk.channel.send(part(lan, "Chào")), Refused)
