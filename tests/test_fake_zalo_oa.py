"""The fake Official Account: signing in, and what it takes and refuses of what the OA says to a person."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.fakes.zalo_oa import FakeZaloOa, Person, challenge_of, jpeg
from tests.fakes.zalo_oa.caller import Caller, buttons, image, media

VERIFIER = "v" * 43


@pytest.fixture
async def oa() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as fake:
        yield fake


@pytest.fixture
async def call(oa: FakeZaloOa) -> AsyncIterator[Caller]:
    async with Caller(oa) as caller:
        yield caller


@pytest.fixture
def lan(oa: FakeZaloOa) -> Person:
    return oa.user("Chị Lan", follows=True)


# Signing in


async def test_a_code_and_its_verifier_are_worth_one_pair(oa: FakeZaloOa, call: Caller) -> None:
    link = f"{oa.oauth_url}/v4/oa/permission"
    asked = {"app_id": oa.app_id, "redirect_uri": oa.oauth.callback_url, "code_challenge": challenge_of(VERIFIER)}
    back = httpx.URL((await call.http.get(link, params=asked | {"state": "s1"})).headers["location"])
    assert (back.params["oa_id"], back.params["state"]) == (oa.oa_id, "s1")
    form = {"grant_type": "authorization_code", "code": back.params["code"], "code_verifier": VERIFIER}
    pair = await call.token(**form)
    assert pair == {"access_token": oa.access_token, "refresh_token": oa.refresh_token, "expires_in": "90000"}
    again = await call.token(**form)
    assert again["error"] < 0
    assert "access_token" not in again


@pytest.mark.parametrize("spoilt", ["verifier", "old", "secret", "app", "kind"])
async def test_a_sign_in_with_one_thing_wrong_is_http_200_with_an_error(
    oa: FakeZaloOa, call: Caller, spoilt: str
) -> None:
    before = oa.pair
    form = {"code": oa.oauth.consent(challenge_of(VERIFIER)), "code_verifier": VERIFIER}
    form["grant_type"] = "password" if spoilt == "kind" else "authorization_code"
    form |= {"code_verifier": "w" * 43} if spoilt == "verifier" else {}
    form |= {"app_id": "1"} if spoilt == "app" else {}
    if spoilt == "old":
        oa.advance(minutes=11)
    answer = await call.token("wrong" if spoilt == "secret" else None, **form)
    assert answer["error"] < 0
    assert answer["error_name"]
    assert oa.pair is before


async def test_a_consent_for_a_foreign_app_or_address_gives_no_code(oa: FakeZaloOa, call: Caller) -> None:
    link = f"{oa.oauth_url}/v4/oa/permission"
    foreign = (await call.http.get(link, params={"app_id": "1"})).json()
    astray = (await call.http.get(link, params={"app_id": oa.app_id, "redirect_uri": "https://x.vn"})).json()
    assert (foreign["error"], astray["error"]) == (-14002, -14003)


async def test_a_refresh_token_works_once_and_kills_the_old_access_token(oa: FakeZaloOa, call: Caller) -> None:
    old = oa.pair
    fresh = await call.token(grant_type="refresh_token", refresh_token=old.refresh)
    assert (await call.get("/v2.0/oa/getoa"))["error"] == 0
    assert (await call.post("/v3.0/oa/quota/message", {}, {"access_token": old.access}))["error"] == -216
    assert (await call.token(grant_type="refresh_token", refresh_token=old.refresh))["error"] == -118
    assert oa.refresh_token == fresh["refresh_token"]
    assert (oa.oauth.refreshes, oa.oauth.refused) == (1, [-118])


async def test_an_access_token_lives_25_hours_and_a_refresh_token_three_months(oa: FakeZaloOa, call: Caller) -> None:
    oa.advance(hours=24, minutes=59)
    assert (await call.get("/v2.0/oa/getoa"))["error"] == 0
    oa.advance(minutes=1)
    assert (await call.get("/v2.0/oa/getoa"))["error"] == -220
    oa.advance(days=90)
    assert (await call.token(grant_type="refresh_token", refresh_token=oa.refresh_token))["error"] == -118


async def test_a_withdrawn_grant_is_dead_for_good(oa: FakeZaloOa, call: Caller) -> None:
    old = oa.pair
    oa.oauth.revoke()
    assert (await call.post("/v3.0/oa/quota/message", {}, {"access_token": old.access}))["error"] == -216
    assert (await call.token(grant_type="refresh_token", refresh_token=old.refresh))["error"] == -118


async def test_the_token_travels_in_its_own_header_alone(oa: FakeZaloOa, call: Caller) -> None:
    bearer = {"Authorization": f"Bearer {oa.access_token}"}
    assert (await call.post("/v3.0/oa/quota/message", {}, bearer))["error"] == -216
    assert (await call.get("/v2.0/oa/getoa", access_token=oa.access_token))["error"] == 0  # the header of Caller


async def test_a_proof_is_checked_when_given_and_wanted_when_enforced(oa: FakeZaloOa, call: Caller) -> None:
    token = {"access_token": oa.access_token}
    right = hmac.new(oa.app_secret.encode(), oa.access_token.encode(), hashlib.sha256).hexdigest()
    path, body = "/v3.0/oa/quota/group", {"quota_owner": "OA"}
    assert (await call.post(path, body, token | {"appsecret_proof": "0" * 64}))["error"] == -242
    oa.enforce_proof = True
    assert (await call.post(path, body, token))["error"] == -242
    assert (await call.post(path, body, token | {"appsecret_proof": right}))["error"] == 0


async def test_each_address_lives_at_one_host(oa: FakeZaloOa, call: Caller) -> None:
    astray = await call.http.post(f"{oa.business_url}/v3.0/oa/message/cs", json={})
    assert astray.status_code == 404
    assert (await call.http.get(f"{oa.base_url}/v3.0/oa/message/cs")).status_code == 405
    assert (await call.http.post(f"{oa.base_url}/v4/oa/access_token", data={"a": "b"})).status_code == 404


# Words, pictures, files


async def test_a_text_arrives_and_the_answer_has_strings_for_numbers(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    answer = await call.say(lan.id, "Mời chị Lan họp lúc 8 giờ")
    assert (answer["error"], answer["message"]) == (0, "Success")
    data = answer["data"]
    assert (data["user_id"], data["message_id"]) == (lan.id, oa.last(lan).id)
    quota = data["quota"]
    assert (quota["quota_type"], quota["remain"], quota["total"], quota["owner_id"]) == ("reply", "7", "8", oa.oa_id)
    assert int(lan.id) > 2**53
    assert data["sent_time"].isdigit()
    assert oa.texts(lan) == ["Mời chị Lan họp lúc 8 giờ"]


async def test_two_thousand_characters_fit_and_decomposed_ones_count_each_mark(call: Caller, lan: Person) -> None:
    assert (await call.say(lan.id, "ế" * 2000))["error"] == 0
    assert (await call.say(lan.id, "ế" * 2001))["error"] == -210
    assert (await call.say(lan.id, "ê\u0301" * 1001))["error"] == -210


@pytest.mark.parametrize(
    "body",
    [
        {"recipient": {"user_id": "nobody"}, "message": {"text": "x"}},
        {"recipient": {"user_id": 7_000_000_000_000_000_001}, "message": {"text": "x"}},
        {"recipient": {}, "message": {"text": "x"}},
        {"message": {"text": "x"}},
        {"recipient": {"user_id": "LAN"}},
        {"recipient": {"user_id": "LAN"}, "message": {"text": ""}},
        {"recipient": {"user_id": "LAN"}, "message": {"text": 5}},
        {"recipient": {"user_id": "LAN"}, "message": {"text": "x", "buttons": []}},
        {"recipient": {"user_id": "LAN"}, "message": {"text": "x", "quote_message_id": "nothing"}},
        [],
    ],
)
async def test_a_body_that_is_not_quite_right_is_minus_201(call: Caller, lan: Person, body: Any) -> None:
    if body and body.get("recipient", {}).get("user_id") == "LAN":
        body = body | {"recipient": {"user_id": lan.id}}
    assert (await call.post("/v3.0/oa/message/cs", body))["error"] == -201


async def test_a_picture_goes_by_address_or_by_id_with_its_caption(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    picture = jpeg()
    id = (await call.upload("image", "hop.jpg", picture))["data"]["attachment_id"]
    assert (await call.say(lan.id, "Ảnh họp", attachment=image(attachment_id=id)))["error"] == 0
    assert (oa.last(lan).uploaded, oa.last(lan).text, oa.last(lan).kind) == (picture, "Ảnh họp", "image")
    assert (await call.say(lan.id, "", attachment=image(url="https://loa.example.vn/a.jpg")))["error"] == 0
    assert oa.last(lan).url == "https://loa.example.vn/a.jpg"
    both = image(attachment_id=id, url="https://loa.example.vn/a.jpg")
    assert (await call.say(lan.id, "", attachment=both))["error"] == -201
    assert (await call.say(lan.id, "", attachment=image()))["error"] == -201


async def test_the_flat_attachment_and_the_old_list_are_refused(call: Caller, lan: Person) -> None:
    id = (await call.upload("image", "hop.jpg", jpeg()))["data"]["attachment_id"]
    flat = {"type": "image", "payload": {"attachment_id": id}}
    assert (await call.say(lan.id, "", attachment=flat))["error"] == -201
    elements = {"template_type": "list", "elements": []}
    assert (await call.say(lan.id, "", attachment={"type": "template", "payload": elements}))["error"] == -233
    two = image(attachment_id=id)
    two["payload"]["elements"] *= 2
    assert (await call.say(lan.id, "", attachment=two))["error"] == -201


async def test_a_gif_names_its_size_and_a_sticker_its_number(call: Caller, lan: Person) -> None:
    id = (await call.upload("gif", "vui.gif", b"GIF89a" + b"\0" * 20))["data"]["attachment_id"]
    assert (await call.say(lan.id, "", attachment=media(media_type="gif", attachment_id=id)))["error"] == -201
    sized = media(media_type="gif", attachment_id=id, width=10, height=10)
    assert (await call.say(lan.id, "", attachment=sized))["error"] == 0
    assert (await call.say(lan.id, "", attachment=media(media_type="sticker", attachment_id="s-1")))["error"] == 0
    assert (await call.say(lan.id, "", attachment=media(media_type="video", url="https://x.vn/v")))["error"] == -233


async def test_a_file_goes_by_its_token_without_words(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    token = (await call.upload("file", "kế hoạch.pdf", b"%PDF-1.7 ..."))["data"]["token"]
    attachment = {"type": "file", "payload": {"token": token}}
    body = {"recipient": {"user_id": lan.id}, "message": {"attachment": attachment}}
    assert (await call.post("/v3.0/oa/message/cs", body))["error"] == 0
    assert (oa.last(lan).file_name, oa.last(lan).uploaded) == ("kế hoạch.pdf", b"%PDF-1.7 ...")
    assert (await call.say(lan.id, "Gửi chị", attachment=attachment))["error"] == -201
    attachment["payload"] = {"attachment_id": token}
    assert (await call.post("/v3.0/oa/message/cs", body))["error"] == -201


@pytest.mark.parametrize(
    ("kind", "name", "data", "code"),
    [
        ("image", "a.jpg", jpeg() + b"\0" * 1_000_000, -210),
        ("image", "a.jpg", b"%PDF-1.7", -201),
        ("image", "a.webp", b"RIFF", -201),
        ("image", "a", jpeg(), -201),
        ("image", "a.png", b"\x89PNG\r\n\x1a\n...", 0),
        ("file", "bảng.xlsx", b"PK\x03\x04...", -201),
        ("file", "bảng.docx", b"PK\x03\x04...", 0),
        ("file", "bảng.csv", "họ tên\n".encode(), 0),
        ("file", "a.pdf", b"%PDF" + b"\0" * 5_000_000, -210),
        ("file", "a.pdf", b"", -201),
        ("gif", "a.gif", jpeg(), -201),
    ],
)
async def test_an_upload_is_judged_by_name_content_and_size(
    call: Caller, kind: str, name: str, data: bytes, code: int
) -> None:
    assert (await call.upload(kind, name, data))["error"] == code


async def test_an_upload_lives_seven_days(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    id = (await call.upload("image", "hop.jpg", jpeg()))["data"]["attachment_id"]
    oa.advance(days=6, hours=23)
    assert (await call.token(grant_type="refresh_token", refresh_token=oa.refresh_token))["access_token"]
    assert (await call.say(lan.id, "", attachment=image(attachment_id=id)))["error"] == 0
    oa.advance(hours=2)
    oa.write(lan, "Em nghe")
    assert (await call.say(lan.id, "", attachment=image(attachment_id=id)))["error"] == -100
    assert (await call.say(lan.id, "", attachment=image(attachment_id="never")))["error"] == -100


async def test_uploads_of_a_month_are_counted(oa: FakeZaloOa, call: Caller) -> None:
    oa.limits.uploads_a_month = 2
    codes = [(await call.upload("image", "a.jpg", jpeg(seed=n)))["error"] for n in range(3)]
    assert codes == [0, 0, -211]
    oa.advance(days=28)
    await call.token(grant_type="refresh_token", refresh_token=oa.refresh_token)
    assert (await call.upload("image", "a.jpg", jpeg()))["error"] == 0


# Buttons, questions, marks


async def test_five_buttons_fit_and_come_back_as_the_persons_words(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    assert (await call.say(lan.id, "Chọn giúp", attachment=buttons(*"ABCDE")))["error"] == 0
    assert oa.last(lan).labels == list("ABCDE")
    said = oa.press(lan, oa.last(lan), "C")
    assert said is not None
    assert (said.text, said.sender) == ("ack:C", lan)
    assert (await call.say(lan.id, "Chọn giúp", attachment=buttons(*"ABCDEF")))["error"] == -210
    with pytest.raises(LookupError):
        oa.press(lan, oa.last(lan), "F")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": ""}, -201),
        ({"title": "x" * 101}, -210),
        ({"type": "oa.reply"}, -201),
        ({"payload": "x" * 1001}, -210),
        ({"payload": {"url": "https://x.vn"}}, -201),
        ({"type": "oa.open.url", "payload": "https://x.vn"}, -201),
        ({"type": "oa.open.url", "payload": {"url": "javascript:1"}}, -201),
        ({"type": "oa.open.url", "payload": {"url": "https://x.vn"}}, 0),
        ({"type": "oa.open.phone", "payload": {"phone_code": "0912345678"}}, -201),
        ({"type": "oa.open.phone", "payload": {"phone_code": "84912345678"}}, 0),
        ({"callback": "x"}, -201),
    ],
)
async def test_a_button_is_well_formed_or_refused(call: Caller, lan: Person, wrong: dict[str, Any], code: int) -> None:
    assert (await call.say(lan.id, "Chọn giúp", attachment=buttons("A", **wrong)))["error"] == code


async def test_buttons_want_words_above_them(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    assert (await call.say(lan.id, "", attachment=buttons("A")))["error"] == -201
    assert oa.sent() == []


async def test_a_person_is_asked_for_their_details_with_one_card(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    card = {"title": "Công đoàn", "subtitle": "Xin xác nhận", "image_url": "https://loa.example.vn/logo.png"}
    payload = {"template_type": "request_user_info", "elements": [card]}
    body = {
        "recipient": {"user_id": lan.id},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }
    assert (await call.post("/v3.0/oa/message/cs", body))["error"] == 0
    oa.submit_info(lan, "Nguyễn Thị Lan", "84912345678")
    shared = (await call.ask("/v3.0/oa/user/detail", user_id=lan.id))["data"]["shared_info"]
    assert (shared["name"], shared["phone"]) == ("Nguyễn Thị Lan", "84912345678")
    del card["subtitle"]
    assert (await call.post("/v3.0/oa/message/cs", body))["error"] == -201


async def test_an_answer_quotes_a_message_of_the_same_chat(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    said = oa.write(lan, "Em gửi rồi ạ")
    assert (await call.say(lan.id, "Cảm ơn chị", quote_message_id=said.id))["error"] == 0
    assert oa.last(lan).quote is said
    other = oa.write(oa.user("Anh Hùng"), "Chào")
    assert (await call.say(lan.id, "Cảm ơn chị", quote_message_id=other.id))["error"] == -201


async def test_a_mark_on_a_message_is_free_and_can_be_taken_off(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    said = oa.write(lan, "Em gửi ảnh")

    async def mark(icon: str, message: str = said.id) -> int:
        action = {"react_icon": icon, "react_message_id": message}
        body = {"recipient": {"user_id": lan.id}, "sender_action": action}
        return int((await call.post("/v2.0/oa/message", body))["error"])

    assert await mark("/-strong") == 0
    assert said.reactions == [("OA", "/-strong")]
    assert await mark("👍") == -201
    assert await mark("/-heart", "nothing") == -201
    assert await mark("/-remove") == 0
    assert said.reactions == []


async def test_roads_that_were_closed_stay_closed(call: Caller, lan: Person) -> None:
    body = {"recipient": {"user_id": lan.id}, "message": {"text": "x"}}
    for path in ("/v2.0/oa/message", "/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion"):
        assert (await call.post(path, body))["error"] == -240
