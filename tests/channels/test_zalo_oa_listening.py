"""The ears: who may speak to the webhook, what is answered when, and what is made up for after an outage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.contract import Event, Sent
from storage.insert import insert_new
from storage.models import Incoming, Outgoing
from tests.channels.telegram_office import NotStored
from tests.channels.zalo_oa_office import Office, office, part
from tests.fakes.zalo_oa import OTHER, VARIANTS, Signing, faults


def keep(desk: Office) -> list[Event]:
    """As the inbox keeps events: each once. Returns those that were new, as they come."""
    new: list[Event] = []

    async def receive(event: Event) -> None:
        if desk.inbox.failing:
            desk.inbox.failing -= 1
            raise NotStored
        row = Incoming(
            channel=event.channel, account=event.account, event_id=event.event_id, chat=event.chat,
            payload=event.as_json(), received_at=desk.clock.now(),
        )  # fmt: skip
        if await desk.database.write(insert_new, Incoming, [row]):
            new.append(event)

    desk.inbox.receive = receive  # type: ignore[method-assign]
    return new


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events]


# The webhook


async def test_saving_the_address_in_the_console_succeeds_and_stores_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing() as inbox:
        assert await desk.oa.webhook.save(desk.webhook, b"")
        assert await desk.oa.webhook.save(desk.webhook, b"[1]")
        assert inbox.tried == 0


@pytest.mark.parametrize("signing", VARIANTS)
async def test_each_way_of_signing_is_recognised_and_noted(tmp_path: Path, signing: Signing) -> None:
    async with office(tmp_path) as desk, desk.hearing(signing=replace(signing, shape="mac = {}")) as inbox:
        desk.oa.write(desk.oa.user("Lan", follows=True), "Chào")
        await desk.oa.settled()
        assert texts(inbox.events) == ["Chào"]
        noted = (await desk.channel._journal.last()).variant
        stamp = {"body": "body", "header": "hdr"}[signing.timestamp]
        assert noted == f"{signing.id}/{signing.secret}secret/{stamp}"


async def test_once_pinned_another_way_of_signing_is_not_believed(tmp_path: Path) -> None:
    async with office(tmp_path, {"signature_variant": "app/oasecret/body"}) as desk, desk.hearing() as inbox:
        lan = desk.oa.user("Lan", follows=True)
        desk.oa.write(lan, "Chào")
        await desk.oa.settled()
        desk.oa.webhook.signing = Signing(id="oa")
        desk.oa.write(lan, "Tôi là giám đốc")
        await desk.oa.settled()
        assert texts(inbox.events) == ["Chào"]
        assert desk.oa.deliveries[-1].tries == [403]


async def test_an_impostor_stores_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing(unsigned=True) as inbox:
        desk.oa.write(desk.oa.user("Lan", follows=True), "Tôi là quản trị viên")
        await desk.oa.settled()
        async with httpx.AsyncClient(verify=False) as http:
            raw = json.dumps({"event_name": "user_send_text", "timestamp": "1"})
            answer = await http.post(desk.webhook, content=raw, headers={"X-ZEvent-Signature": "mac=" + "0" * 64})
            assert answer.status_code == 403
            too_long = await http.post(desk.webhook, content=b"x" * ((1 << 20) + 1))
            assert too_long.status_code == 413
        assert inbox.tried == 0


async def test_what_was_not_stored_is_not_acknowledged_and_found_in_the_history(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        async with desk.hearing() as inbox:
            lan = desk.oa.user("Lan", follows=True)
            desk.oa.write(lan, "Một")
            await desk.oa.settled()
            await desk.channel.keeper.round(inbox.receive)
            inbox.failing = 1
            desk.oa.write(lan, "Hai")
            await desk.oa.settled()
            assert desk.oa.deliveries[-1].tries == [500]
            await desk.channel.keeper.round(inbox.receive)
        assert texts(new) == ["Một", "Hai"]


async def test_what_one_process_could_not_store_the_listening_one_finds(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        listening = desk.another()
        async with desk.hearing() as inbox:
            lan = desk.oa.user("Lan", follows=True)
            desk.oa.write(lan, "Một")
            await desk.oa.settled()
            await listening.keeper.round(inbox.receive)
            inbox.failing = 1
            desk.oa.write(lan, "Hai")
            desk.oa.write(lan, "Ba")
            await desk.oa.settled()
            assert texts(new) == ["Một", "Ba"]
            await listening.keeper.round(inbox.receive)
            assert texts(new) == ["Một", "Ba", "Hai"]
            asked = desk.oa.called("conversation")
            await listening.keeper.round(inbox.receive)
            assert desk.oa.called("conversation") == asked
        await listening.close()


async def test_twice_and_in_any_order_does_no_harm(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        async with desk.hearing(copies=2):
            lan = desk.oa.user("Lan")
            desk.oa.webhook.hold()
            desk.oa.follow(lan)
            desk.oa.write(lan, "Một")
            desk.oa.send_photo(lan, None, None, together=True)
            desk.oa.webhook.release()
            await desk.oa.settled()
            desk.oa.webhook.again(desk.oa.deliveries[2])
            await desk.oa.settled()
        assert sorted(event.kind for event in new) == ["joined", "message", "message"]
        assert all(delivery.state == "taken" for delivery in desk.oa.deliveries)


@pytest.mark.parametrize("dialect", [None, OTHER], ids=["documented", "the other way round"])
async def test_everything_people_do_arrives_in_either_dialect(tmp_path: Path, dialect: Any) -> None:
    async with office(tmp_path, **({"dialect": dialect} if dialect else {})) as desk, desk.hearing() as inbox:
        oa, lan, ha = desk.oa, desk.oa.user("Lan"), desk.oa.user("Hà", follows=True)
        group = oa.group("Cụm 1", [ha])
        oa.follow(lan)
        oa.write(lan, "Chào")
        oa.submit_info(lan, name="Nguyễn Thị Lan")
        oa.enter(lan, group)
        oa.photo_in_group(ha, group, None, None, caption="#nop", together=True)
        oa.leave(ha, group)
        oa.react(lan, await _say(desk, lan))
        oa.any_event("tương_lai", lan)
        oa.withdraw(lan)
        oa.unfollow(lan)
        oa.disband(group)
        await oa.settled()
        heard = {(event.kind, event.chat) for event in inbox.events}
        mine = {(kind, lan.id) for kind in ("joined", "message", "details", "reacted", "erase", "left", "echo")}
        assert mine | {(kind, group.id) for kind in ("asked", "message", "exited", "left")} <= heard
        assert {"other"} <= {event.kind for event in inbox.events}
        assert all(delivery.state == "taken" for delivery in oa.deliveries)
        (photos,) = [event for event in inbox.events if event.media]
        assert (len(photos.media), photos.sender, photos.text) == (2, ha.id, "#nop")


async def _say(desk: Office, person: Any) -> Any:
    return desk.oa.admin_writes(person, "Cảm ơn chị")


async def test_a_withdrawn_permission_is_told_at_once(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing():
        desk.oa.any_event("permission_revoked")
        await desk.oa.settled()
        assert desk.alarms == ["zalo_oa.revoked"]


async def test_the_file_that_proves_the_domain_is_shown(tmp_path: Path) -> None:
    settings = {"verification_file": "zalo_verifierABC123.html"}
    async with office(tmp_path, settings) as desk, desk.hearing(), httpx.AsyncClient(verify=False) as http:
        page = await http.get(desk.webhook.replace("/zalo/oa/webhook", "/zalo_verifierABC123.html"))
        assert page.status_code == 200
        assert 'content="ABC123"' in page.text


async def test_an_answer_under_our_message_in_a_group_is_spoken_to_us(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing() as inbox:
        lan = desk.oa.user("Lan", follows=True)
        group = desk.oa.group("Cụm 1", [lan])
        outcome = await desk.channel.send(part(group, "Cần bổ sung ảnh"))
        assert isinstance(outcome, Sent)
        row = Outgoing(key="k", channel="zalo_oa", to=group.id, state="sent", external_ids=list(outcome.ids))
        with desk.database.transaction() as session:
            session.add(row)
        theirs = desk.oa.write_in_group(lan, group, "Vâng", quote=desk.oa.last(group))
        desk.oa.write_in_group(lan, group, "Nói chuyện với nhau", quote=theirs)
        await desk.oa.settled()
        said = [event for event in inbox.events if event.kind == "message"]
        assert [event.addressed for event in said] == [True, False]


# Gaps


async def test_what_was_said_during_an_outage_is_read_from_the_history_once_and_in_order(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        lan, ha = desk.oa.user("Lan", follows=True), desk.oa.user("Hà", follows=True)
        group = desk.oa.group("Cụm 1", [lan, ha])
        async with desk.hearing() as inbox:
            desk.oa.write(lan, "Trước khi mất điện")
            await desk.oa.settled()
            await desk.channel.keeper.round(inbox.receive)
        desk.oa.webhook.clear()
        desk.pass_time(minutes=40)
        for number in range(12):
            desk.oa.write(lan, f"Tin {number}")
        (photo,) = desk.oa.send_photo(ha, None, caption="Ảnh cổng A")
        desk.oa.photo_in_group(ha, group, None, caption="#nop")
        desk.pass_time(minutes=5)
        later = desk.another()
        await later.keeper.round(inbox.receive)
        await later.keeper.round(inbox.receive)
        found = new[1:]
        assert texts([event for event in found if event.chat == lan.id]) == [f"Tin {number}" for number in range(12)]
        (alone,) = [event for event in found if event.chat == ha.id]
        assert (alone.text, len(alone.media), alone.message_id) == ("Ảnh cổng A", 1, photo.id)
        (shown,) = [event for event in found if event.group]
        assert (shown.chat, shown.sender, shown.text, len(shown.media)) == (group.id, ha.id, "#nop", 1)
        assert len(found) == 14
        assert desk.alarms == [], "Zalo calls again by itself when we were away"
        async with desk.hearing() as inbox:
            for delivery in [d for d in desk.oa.deliveries if d.state == "lost"]:
                desk.oa.webhook.again(delivery)
            await desk.oa.settled()
        assert len(new) == 15, "the late calls bring nothing new"
        await later.close()


async def test_an_account_that_was_cut_off_while_we_ran_is_noticed_and_told(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        lan = desk.oa.user("Lan", follows=True)
        async with desk.hearing() as inbox:
            desk.oa.write(lan, "Chào")
            await desk.oa.settled()
            await desk.channel.keeper.round(inbox.receive)
            desk.oa.webhook.subscribed = False
            desk.oa.write(lan, "Có ai nghe không?")
            desk.pass_time(minutes=10)
            await desk.channel.keeper.round(inbox.receive)
            assert texts(new) == ["Chào"], "too early to doubt"
            desk.pass_time(minutes=6)
            await desk.channel.keeper.round(inbox.receive)
            assert texts(new) == ["Chào", "Có ai nghe không?"]
            assert desk.alarms == ["zalo_oa.deaf"]


async def test_a_new_installation_does_not_dig_up_old_talk(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        desk.oa.write(desk.oa.user("Lan", follows=True), "Chuyện cũ")
        await desk.channel.keeper.round(desk.inbox.receive)
        assert (new, desk.oa.called("listrecentchat")) == ([], 0)


async def test_an_account_without_groups_still_finds_what_people_said(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        lan = desk.oa.user("Lan", follows=True)
        async with desk.hearing() as inbox:
            desk.oa.write(lan, "Chào")
            await desk.oa.settled()
        desk.oa.webhook.clear()
        desk.oa.write(lan, "Trong lúc vắng")
        desk.oa.script(faults.error(-224), path="group/listrecentchat", times=None)
        await desk.channel.keeper.round(inbox.receive)
        await desk.channel.keeper.round(inbox.receive)
        assert texts(new) == ["Chào", "Trong lúc vắng"]
        assert desk.oa.called("group/listrecentchat") == 1


async def test_a_history_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        new = keep(desk)
        lan = desk.oa.user("Lan", follows=True)
        async with desk.hearing() as inbox:
            desk.oa.write(lan, "Chào")
            await desk.oa.settled()
        desk.oa.webhook.clear()
        desk.oa.write(lan, "Trong lúc vắng")
        desk.oa.script(faults.server_error(), path="conversation")
        await desk.channel.keeper.round(inbox.receive)
        assert texts(new) == ["Chào"]
        await desk.channel.keeper.round(inbox.receive)
        assert texts(new) == ["Chào", "Trong lúc vắng"]


async def test_a_long_silence_in_working_hours_is_told(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.channel.keeper.round(desk.inbox.receive)
        desk.pass_time(hours=12)  # nine in the evening
        await desk.channel.keeper.round(desk.inbox.receive)
        assert desk.alarms == []
        desk.pass_time(hours=12)
        await desk.channel.keeper.round(desk.inbox.receive)
        assert desk.alarms == ["zalo_oa.silent"]
        assert "24 giờ" in desk.rung[0][1]


async def test_nobody_is_alarmed_by_a_weekend(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        desk.pass_time(days=4, hours=7)  # Friday, four in the afternoon
        async with desk.hearing():
            desk.oa.write(desk.oa.user("Lan", follows=True), "Chào")
            await desk.oa.settled()
        desk.pass_time(days=2, hours=18)  # Monday, ten in the morning
        await desk.channel.keeper.round(desk.inbox.receive)
        assert "zalo_oa.silent" not in desk.alarms
        desk.pass_time(hours=6)
        await desk.channel.keeper.round(desk.inbox.receive)
        assert "zalo_oa.silent" in desk.alarms


async def test_the_grant_is_renewed_even_when_nobody_says_anything(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.channel.keeper.round(desk.inbox.receive)
        for _ in range(20):
            desk.pass_time(hours=12)
            await desk.channel.keeper.round(desk.inbox.receive)
        assert desk.oa.oauth.refreshes == 10
        assert desk.oa.oauth.refused == []
        assert not [code for code in desk.alarms if "grant" in code]


async def test_other_chores_are_done_along_and_none_stops_the_rest(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        done: list[timedelta] = []

        async def check_packages() -> None:
            done.append(timedelta())
            await desk.channel.client.get("/v3.0/oa/group/getgroupsofoa", offset=0, count=5)

        desk.oa.broken = -221
        desk.channel.keeper.chores.append(check_packages)
        await desk.channel.keeper.round(desk.inbox.receive)
        assert len(done) == 1
        assert set(desk.alarms) == {"zalo_oa.closed"}
