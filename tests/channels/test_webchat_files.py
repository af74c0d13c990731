"""Photos and files: as they come from a phone, and as the others see them."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from bot.channels.contract import FetchFailed, Part, Refused, Sent
from campaign.message import FilePart
from tests.channels.webchat_office import GROUP, Cadre, Office, jpeg, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


@pytest.fixture
async def huong(office: Office) -> Cadre:
    cadre = Cadre(office, "Trần Thị Hương")
    await cadre.joins(rooms=(GROUP,))
    office.heard.clear()
    return cadre


def shown(answer: httpx.Response) -> Image.Image:
    assert answer.headers["content-type"] == "image/jpeg"
    return Image.open(io.BytesIO(answer.content))


async def test_three_photos_are_three_events_of_one_album_and_one_line(office: Office, huong: Cadre) -> None:
    photos = [jpeg("red"), jpeg("green"), jpeg("blue")]
    files = [(f"anh {n}.jpg", photo, "image/jpeg") for n, photo in enumerate(photos)]
    line = (await huong.uploads(*files, text="Băng rôn cổng trường")).json()
    events = office.events
    assert [event.text for event in events] == ["Băng rôn cổng trường", "", ""]
    assert len({event.album for event in events}) == 1
    assert events[0].album
    assert len({event.message_id for event in events}) == len({event.event_id for event in events}) == 3
    assert [event.media[0].ref["sha256"] for event in events] == [hashlib.sha256(one).hexdigest() for one in photos]
    assert [event.media[0].kind for event in events] == ["photo"] * 3
    assert len(line["files"]) == 3
    assert len(await huong.sees()) == 1


async def test_the_bytes_are_kept_as_they_were_sent(office: Office, huong: Cadre, tmp_path: Path) -> None:
    photo = jpeg(place=True)
    await huong.uploads(("anh.jpg", photo, "image/jpeg"))
    (event,) = office.events
    assert event.album == ""
    assert event.media[0].size == len(photo)
    await office.channel.download(event.media[0].ref, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == photo


async def test_what_others_see_never_tells_where_the_photo_was_taken(office: Office, huong: Cadre) -> None:
    photo = jpeg(size=(3000, 2000), place=True)
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)
    line = (await huong.uploads(("anh.jpg", photo, "image/jpeg"))).json()
    for path, longest in (("", 2048), ("/thumb", 640)):
        image = shown(await huong.http.get(f"/chat/media/{line['id']}/0{path}"))
        assert not image.getexif()
        assert max(image.size) == longest


async def test_a_photo_taken_with_the_phone_upright_stands_upright(office: Office, huong: Cadre) -> None:
    line = (await huong.uploads(("anh.jpg", jpeg(size=(400, 300), turn=6), "image/jpeg"))).json()
    assert shown(await huong.http.get(f"/chat/media/{line['id']}/0")).size == (300, 400)
    assert (line["files"][0]["width"], line["files"][0]["height"]) == (300, 400)


async def test_an_album_sent_again_after_a_lost_answer_is_there_once(office: Office, huong: Cadre) -> None:
    files = [(f"{n}.jpg", jpeg("red", (50, 50 + n)), "image/jpeg") for n in range(2)]
    for _ in range(2):
        await huong.uploads(*files, client_id="phone-0001")
    assert len(office.events) == 2
    assert len(await huong.sees()) == 1


async def test_photos_are_for_the_eyes_of_the_room_only(office: Office, huong: Cadre) -> None:
    line = (await huong.uploads(("anh.jpg", jpeg(), "image/jpeg"))).json()
    dung = Cadre(office, "Lê Văn Dũng")
    await dung.joins("LG-2028")
    for path in (f"/chat/media/{line['id']}/0", f"/chat/media/{line['id']}/0/thumb"):
        assert (await dung.http.get(path)).status_code == 404
        assert (await office.browser().get(path)).status_code == 401
    assert (await huong.http.get(f"/chat/media/{line['id']}/1")).status_code == 404


async def test_a_file_of_sixty_megabytes_is_refused_with_a_sentence_and_nothing_is_kept(
    office: Office, huong: Cadre, tmp_path: Path
) -> None:
    answer = await huong.uploads(("phim dài.mp4", bytes(60_000_000), "video/mp4"), text="Phim của đơn vị")
    assert answer.status_code == 413
    assert "phim dài.mp4" in answer.json()["message"]
    assert "50 MB" in answer.json()["message"]
    assert office.events == []
    assert not [file for file in (tmp_path / "media").rglob("*") if file.is_file()]


async def test_eleven_photos_at_once_are_too_many(office: Office, huong: Cadre) -> None:
    files = [(f"{n}.jpg", jpeg(size=(20, 20)), "image/jpeg") for n in range(11)]
    answer = await huong.uploads(*files)
    assert (answer.status_code, office.events) == (413, [])
    assert "10 ảnh" in answer.json()["message"]


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(5_000_000))
    return file.getvalue()


def picture_of_twenty_thousand_pixels() -> bytes:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "data", [zip_bomb(), picture_of_twenty_thousand_pixels(), jpeg()[:2000], b"<svg onload=alert(1)>"]
)
async def test_what_only_pretends_to_be_a_photo_is_kept_as_a_document_and_only_downloaded(
    office: Office, huong: Cadre, data: bytes
) -> None:
    line = (await huong.uploads(("băng rôn.jpg", data, "image/jpeg"))).json()
    assert office.events[0].media[0].kind == "document"
    answer = await huong.http.get(f"/chat/media/{line['id']}/0")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    thumb = await huong.http.get(f"/chat/media/{line['id']}/0/thumb")
    assert thumb.headers["content-type"] == "image/svg+xml"


# 64 × 48 red pixels; the decoder we ship cannot encode, so the bytes stand here.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERA"
    "AAEAAQAAAAABoQABAAAAAAAAABoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAA"
    "AHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAA"
    "MAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAACJtZGF0AAAAFigBrwtg9eWDr//0HHfx"
    "xiDxcNP9Q4A="
)


async def test_a_photo_from_an_iphone_is_shown_as_jpeg(office: Office, huong: Cadre) -> None:
    line = (await huong.uploads(("IMG_1.HEIC", HEIC, "image/heic"))).json()
    assert line["files"][0]["kind"] == "photo"
    assert shown(await huong.http.get(f"/chat/media/{line['id']}/0")).size == (64, 48)


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [("bao cao.docx", "", "document"), ("clip.mp4", "video/mp4", "video"), ("ghi âm.ogg", "audio/ogg", "voice")],
)
async def test_any_file_is_taken_and_named(office: Office, huong: Cadre, name: str, mime: str, kind: str) -> None:
    await huong.uploads((f"C:\\Users\\huong\\{name}", b"abc", mime))
    (media,) = office.events[0].media
    assert (media.kind, media.file_name) == (kind, name)


async def test_an_empty_file_is_named_to_the_sender(office: Office, huong: Cadre) -> None:
    answer = await huong.uploads(("trống.docx", b"", ""))
    assert answer.status_code == 422
    assert "trống.docx" in answer.json()["message"]


async def test_who_has_not_joined_cannot_fill_the_disk(office: Office, huong: Cadre) -> None:
    office.names.clear()
    answer = await huong.uploads(("anh.jpg", jpeg(), "image/jpeg"))
    assert answer.status_code == 403
    assert "Đồng ý" in answer.json()["message"]


async def test_a_body_that_is_not_a_form_is_answered(office: Office, huong: Cadre) -> None:
    for headers in ({}, {"content-type": "multipart/form-data"}, {"content-type": "multipart/form-data; boundary=x"}):
        answer = await huong.http.post("/chat/upload", content=b"nonsense", headers={"x-loa": "1", **headers})
        assert answer.status_code == 422


async def test_the_bot_sends_photos_and_a_document(office: Office, huong: Cadre, tmp_path: Path) -> None:
    photo, paper = tmp_path / "poster.jpg", tmp_path / "plan.docx"
    photo.write_bytes(jpeg())
    paper.write_bytes(b"PK plan")
    file = FilePart(hashlib.sha256(b"PK plan").hexdigest(), "Kế hoạch 2027.docx")
    parts = [
        Part(key="push/1", to=huong.room, text="Khẩu hiệu tuần này", photos=(photo, photo)),
        Part(key="push/1/1", to=huong.room, file=file, file_path=paper),
    ]
    assert [await office.channel.send(part) for part in parts] == [Sent(("push/1",)), Sent(("push/1/1",))]
    first, second = await huong.sees()
    assert [file["kind"] for file in first["files"]] == ["photo", "photo"]
    assert shown(await huong.http.get(f"/chat/media/{first['id']}/1/thumb")).size == (640, 480)
    answer = await huong.http.get(f"/chat/media/{second['id']}/0")
    assert answer.content == b"PK plan"
    assert "K%E1%BA%BF" in answer.headers["content-disposition"]


async def test_a_photo_that_is_gone_from_the_disk_is_refused_not_sent_empty(
    office: Office, huong: Cadre, tmp_path: Path
) -> None:
    outcome = await office.channel.send(Part(key="push/1", to=huong.room, photos=(tmp_path / "none.jpg",)))
    assert isinstance(outcome, Refused)
    assert await huong.sees() == []
    with pytest.raises(FetchFailed):
        await office.channel.download({"sha256": "0" * 64}, tmp_path / "into")
