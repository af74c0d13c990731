"""The first day with real credentials: what is proved, what is open, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot import firstday
from bot.channels.contract import Channel, Event, Proof, Proves
from bot.channels.webchat import firstday as web_list
from bot.cli.root import app
from campaign.organisation import chats
from storage.database import Database
from storage.models import Chat, GroupPackage, Incoming, Item, Outgoing, Submission
from storage.models.messages import OutgoingState
from tests.channels import telegram_office, zalo_bot_office
from tests.channels.zalo_oa_office import Office, office
from tests.databases import fresh_database
from tests.fakes.zalo_oa import FakeZaloOaThread


async def proofs_of(channel: Channel, here: Any) -> dict[str, Proof]:
    found = await firstday.first_day(channel, here.database, here.clock.now())
    assert len({proof.key for proof in found}) == len(found)
    return {proof.key: proof for proof in found}


def store(database: Database, channel: str, account: str, *events: Event) -> None:
    """As the inbox does it."""
    with database.transaction() as session:
        for event in events:
            session.add(
                Incoming(
                    channel=channel, account=account, event_id=event.event_id, chat=event.chat,
                    payload=event.as_json(), received_at=event.at,
                )
            )  # fmt: skip


def say(database: Database, channel: str, message: dict[str, Any], *, group: bool = False) -> None:
    """As delivery leaves it behind when it arrived."""
    with database.transaction() as session:
        key = f"k{len(session.exec(select(Outgoing.id)).all())}"
        row = Outgoing(key=key, channel=channel, to="1", message=message, group=group, state=OutgoingState.SENT)
        session.add(row)


def states(found: dict[str, Proof], state: str) -> set[str]:
    return {key for key, proof in found.items() if proof.state == state}


# An Official Account from nothing to its first push


async def test_before_anything_happened_the_account_is_known_and_the_webhook_is_not(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        found = await proofs_of(here.channel, here)
        assert {"grant", "answers", "verified", "package", "zca", "rate"} <= states(found, "proved")
        assert found["rate"].found == "4000 yêu cầu mỗi phút"
        assert found["package"].found == "gói Tăng trưởng, hạn đến 31/05/2027"
        assert states(found, "failed") == {"webhook"}
        assert "https://loa.example.vn/zalo/oa/webhook" in found["webhook"].hint
        assert {"heard.group.photo", "signature", "groups", "push", "url_life"} <= states(found, "open")


async def test_a_day_of_trying_proves_one_thing_after_the_other(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = here.oa.user("Chị Lan")
        group = here.oa.group("Cụm thi đua số 1", [lan])
        here.oa.packages[group.package.id] = group.package
        async with here.hearing() as inbox:
            here.oa.follow(lan)
            here.oa.write(lan, "Chào trợ lý")
            here.oa.send_photo(lan, None)
            here.oa.write_in_group(lan, group, "Chào cả nhà")
            here.oa.photo_in_group(lan, group, None, None, caption="Hội thao", together=True)
            here.oa.leave(lan, group)
            await here.oa.settled()
            store(here.database, "zalo_oa", here.channel.account, *inbox.events)
        here.met(lan)
        say(here.database, "zalo_oa", {"text": "Chào chị", "choices": [{"label": "Đã nhận", "action": "seen:1"}]})
        say(here.database, "zalo_oa", {"text": "Họp", "photos": ["a"]}, group=True)
        found = await proofs_of(here.channel, here)
        proved = states(found, "proved")
        assert {"webhook", "signature", "follow", "heard.private.text", "heard.private.photo"} <= proved
        assert {"heard.group.text", "heard.group.photo", "heard.group.album", "heard.group.caption"} <= proved
        assert {"sent.private.text", "sent.private.choices", "sent.group.text", "sent.group.photo"} <= proved
        assert {"leaves", "quota"} <= proved
        assert found["leaves"].found == "user_out_group"
        assert found["signature"].found
        assert found["quota"].found == "còn 8/8 tin miễn phí"
        assert {"sent.private.file", "sent.group.file", "heard.button", "retries", "renames", "unfollow"} <= states(
            found, "open"
        )
        assert states(found, "failed") == set()


async def test_the_other_names_of_events_prove_the_same(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        from tests.fakes.zalo_oa import OTHER

        here.oa.dialect = OTHER
        lan = here.oa.user("Chị Lan", follows=True)
        group = here.oa.group("Cụm 1", [lan])
        async with here.hearing():
            here.oa.leave(lan, group)
            await here.oa.settled()
        found = await proofs_of(here.channel, here)
        assert found["leaves"].found == "user_leave_group"


async def test_a_call_that_was_repeated_is_remembered(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = here.oa.user("Chị Lan", follows=True)
        here.oa.webhook.url = "http://127.0.0.1:9/"
        here.oa.webhook.scale = 3600
        here.oa.write(lan, "Có ai không?")
        await here.oa.settled()
        async with here.hearing():
            here.oa.advance(seconds=31)
            await here.oa.until(lambda: here.oa.delivered("user_send_text"))
            await here.oa.settled()
        assert (await proofs_of(here.channel, here))["retries"].state == "proved"


async def test_a_dead_grant_and_an_unverified_account_are_failures_with_a_way_out(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.oa.verified, here.oa.package_name = False, ""
        found = await proofs_of(here.channel, here)
        assert {"verified", "package"} <= states(found, "failed")
        here.oa.oauth.revoke()
        found = await proofs_of(here.channel, here)
        assert {"grant", "answers"} <= states(found, "failed")
        assert "loa zalo login" in found["grant"].hint
        assert found["verified"].state == "open"


async def test_two_renewals_prove_that_the_grant_keeps_itself(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        assert (await proofs_of(here.channel, here))["renewed"].state == "open"
        for _ in range(2):
            here.pass_time(hours=21)
            await here.channel.tokens.current()
        assert (await proofs_of(here.channel, here))["renewed"].state == "proved"


async def test_a_group_whose_package_ended_is_named(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        _group(here, "Cụm 1", days=20)
        found = await proofs_of(here.channel, here)
        assert found["groups"].found.startswith("1 nhóm, gói sớm nhất hết hạn")
        _group(here, "Cụm 2", days=-1)
        found = await proofs_of(here.channel, here)
        assert (found["groups"].state, "Cụm 2" in found["groups"].hint) == ("failed", True)


def _group(here: Office, title: str, days: int) -> None:
    now = here.clock.now()
    with here.database.transaction() as session:
        chat = chats.meet(session, "zalo_oa", title, now, group=True, title=title)
        session.flush()
        known = session.exec(select(Chat).where(Chat.external_id == title)).one()
        assert chat is None or known.id is not None
        session.add(GroupPackage(chat_id=known.id, valid_until=(now + timedelta(days=days)).date(), checked_at=now))


async def test_what_was_seen_once_stays_proved_when_the_inbox_forgets_what_was_said(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = here.oa.user("Chị Lan", follows=True)
        async with here.hearing() as inbox:
            here.oa.write(lan, "Chào")
            await here.oa.settled()
            store(here.database, "zalo_oa", here.channel.account, *inbox.events)
        assert (await proofs_of(here.channel, here))["heard.private.text"].state == "proved"
        with here.database.transaction() as session:
            for row in session.exec(select(Incoming)):
                row.payload = {}
        assert (await proofs_of(here.channel, here))["heard.private.text"].state == "proved"


async def test_old_photos_are_asked_for_again_to_learn_how_long_they_live(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        url = here.oa.host_picture(b"jpeg", "photo.jpg")
        _photo(here, url)
        here.pass_time(hours=2)
        found = await proofs_of(here.channel, here)
        assert (found["url_life"].state, found["url_life"].found) == ("open", "ảnh 2 giờ trước vẫn mở được")
        here.oa.limits.url_life = timedelta(days=1)
        _photo(here, here.oa.host_picture(b"jpeg", "photo.jpg"))
        here.pass_time(hours=23)
        found = await proofs_of(here.channel, here)
        assert found["url_life"].state == "proved"
        assert found["url_life"].found == "ảnh 23 giờ trước vẫn mở được, ảnh 25 giờ trước không còn mở được"


def _photo(here: Office, url: str) -> None:
    with here.database.transaction() as session:
        now = here.clock.now()
        work = Submission(channel="zalo_oa", chat="zalo_oa:1", sender="1", to="1", created_at=now, touched_at=now)
        session.add(work)
        session.flush()
        assert work.id is not None
        ref = {"url": url}
        session.add(Item(submission_id=work.id, channel="zalo_oa", chat="1", message_id=url, kind="photo", ref=ref))


async def test_another_accounts_rows_prove_nothing_here(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        at = here.clock.now()
        event = Event("zalo_oa", "another", "e1", "message", "1", at, text="Chào")
        store(here.database, "zalo_oa", "another", event)
        assert (await proofs_of(here.channel, here))["heard.private.text"].state == "open"


# The other channels


async def test_a_telegram_bot_with_privacy_mode_on_is_told_what_to_switch(tmp_path: Path) -> None:
    for privacy, state in ((True, "failed"), (False, "proved")):
        async with telegram_office.office(privacy=privacy) as here:
            found = {proof.key: proof for proof in await here.channel.first_day(frozenset({"heard.group.photo"}))}
            assert (found["token"].state, found["token"].found) == ("proved", "@loa_cong_doan_bot")
            assert (found["privacy"].state, found["heard.group"].state) == (state, "proved")
            assert "/setprivacy" in found["privacy"].hint or state == "proved"


async def test_a_telegram_bot_that_cannot_be_reached_fails_only_in_its_line(tmp_path: Path) -> None:
    async with telegram_office.office(settings={"api_base": "http://127.0.0.1:9"}) as here:
        found = {proof.key: proof for proof in await here.channel.first_day(frozenset())}
        assert states(found, "failed") == {"token"}


def test_the_web_chat_wants_an_address_that_others_can_open() -> None:
    local, public = web_list.checklist(frozenset(), ""), web_list.checklist(frozenset({"push"}), "https://loa.vn")
    assert (local[0].state, public[0].state, public[-1].state) == ("failed", "proved", "proved")
    assert "public_url" in local[0].hint


async def test_a_zalo_bot_shows_what_reality_has_not_shown_yet(tmp_path: Path) -> None:
    async with zalo_bot_office.office(tmp_path) as here:
        found = {proof.key: proof for proof in await here.channel.first_day(frozenset({"push"}))}
        assert (found["token"].state, found["heard"].state, found["push"].state) == ("proved", "open", "proved")
        assert found["quota"].by_hand
        assert "shape" not in found


async def test_a_webhook_of_a_zalo_bot_shows_in_which_shape_messages_come(tmp_path: Path) -> None:
    async with zalo_bot_office.office(tmp_path, settings={"mode": "webhook"}) as here:

        async def shape() -> tuple[str, str]:
            found = {proof.key: proof for proof in await here.channel.first_day(frozenset())}
            return found["shape"].state, found["shape"].found

        assert await shape() == ("open", "")
        async with here.listening():
            here.zalo.say(here.zalo.person("Lan"), "chào")
            await zalo_bot_office.eventually(lambda: "shape" in here.channel._learnt._known)
        assert await shape() == ("proved", "flat")


async def test_every_hint_can_be_acted_on(tmp_path: Path) -> None:
    async with office(tmp_path) as here, telegram_office.office() as there:
        lists = [await one.first_day(frozenset()) for one in (here.channel, there.channel)]
        for proof in (proof for proofs in (*lists, web_list.checklist(frozenset(), "")) for proof in proofs):
            assert len(proof.hint) <= 350
            assert proof.title[0].isupper()
            assert proof.hint or proof.state == "proved"
        assert isinstance(here.channel, Proves)


# The command


@pytest.fixture
def zalo() -> Iterator[FakeZaloOaThread]:
    with FakeZaloOaThread() as thread:
        yield thread


@pytest.fixture
def loa(tmp_path: Path, zalo: FakeZaloOaThread) -> Any:
    fresh_database(tmp_path).close()
    env = {
        "LOA_CONFIG": "", "LOA_DEMO__ENABLED": "false", "LOA_DATABASE__URL": f"sqlite:///{tmp_path}/loa.sqlite3",
        "LOA_MEDIA__URL": f"file://{tmp_path}/media", "LOA_ZALO_OA__ENABLED": "true",
        "LOA_ZALO_OA__APP_ID": zalo.oa.app_id, "LOA_ZALO_OA__APP_SECRET": zalo.oa.app_secret,
        "LOA_ZALO_OA__OA_ID": zalo.oa.oa_id, "LOA_ZALO_OA__ACCESS_TOKEN": zalo.oa.access_token,
        "LOA_ZALO_OA__REFRESH_TOKEN": zalo.oa.refresh_token, "LOA_ZALO_OA__API_BASE": zalo.oa.base_url,
        "LOA_ZALO_OA__OAUTH_BASE": zalo.oa.oauth_url, "LOA_WEB__PUBLIC_URL": "https://loa.example.vn",
    }  # fmt: skip

    def run(*words: str, expect: int) -> str:
        done = CliRunner(env=env).invoke(app, ["doctor", *words])
        assert done.exit_code == expect, f"{done.output}\n{done.exception!r}"
        return done.output

    return run


def test_the_command_prints_a_numbered_list_and_one_thing_to_do_next(loa: Any, zalo: FakeZaloOaThread) -> None:
    said = loa("--first-day", expect=1)
    assert "  1. [x] Đã đăng nhập OA và quyền còn dùng được (cấp 0 phút trước)" in said
    assert "[!] Zalo gọi tới máy chủ của ta" in said
    assert "Trang web: 1/" in said
    following = next(line for line in said.splitlines() if line.startswith("Việc tiếp theo (Zalo)"))
    assert "Webhook" in following
    assert zalo.oa.access_token not in said
    value = json.loads(loa("--first-day", "--json", expect=1))
    assert {proof["state"] for proof in value["zalo_oa"]} == {"proved", "open", "failed"}


def test_what_only_eyes_can_see_is_confirmed_by_hand_and_stays_so(loa: Any) -> None:
    assert "loa doctor --confirm zalo_oa.window_reopens" in loa("--first-day", expect=1)
    assert "đã xác nhận ngày" in loa("--confirm", "zalo_oa.window_reopens", expect=1)
    said = loa("--first-day", expect=1)
    assert "--confirm zalo_oa.window_reopens" not in said
    assert "[x] Bấm “Đã nhận” mở lại hạn 48 giờ (đã xác nhận ngày" in said


def test_what_rows_can_prove_cannot_be_confirmed_by_hand(loa: Any) -> None:
    said = loa("--confirm", "zalo_oa.grant", expect=2)
    assert "zalo_oa.window_reopens" in said
