"""The web chat as a cadre meets it: a small phone, a link, two buttons, photos."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.channels.contract import Event
from bot.channels.webchat import DemoDoor, RoomInfo, seat
from campaign.message import Choice
from tests.channels.webchat_office import GROUP, MORNING, Office, jpeg, open_office

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=640)
DESKTOP = ViewportSize(width=1440, height=900)
CONSENT = (Choice("Đồng ý", "consent:yes"), Choice("Không đồng ý", "consent:no"))
MENU = (Choice("Việc của tôi", "menu:duties"), Choice("Gửi ảnh", "menu:photo"), Choice("Khẩu hiệu", "menu:slogans"))


class Bot:
    """Says what the real conversations would say, through the channel."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._said = 0
        office.answer = self.hears

    async def hears(self, event: Event) -> None:
        if event.text.startswith("/start"):
            await self.says(event.chat, "Xin chào! Đồng ý để công đoàn lưu tên và đơn vị của anh/chị chứ ạ?", CONSENT)
        elif event.action == "consent:yes":
            self._office.names[event.sender] = "Trần Thị Hương"
            self._office.members[event.sender] = [GROUP]
            await self.says(event.chat, "Cảm ơn chị Hương. Chọn việc cần làm, hoặc gửi ảnh bất cứ lúc nào.", MENU)
        elif event.kind == "button":
            await self._office.says(event.chat, "Đã ghi nhận.", f"toast/{event.event_id}", toast=event.press)
        elif event.media:
            await self._counts(event)
        elif not event.group or event.addressed:
            await self.says(event.chat, f"Đã đọc: {event.text}", ())

    async def _counts(self, event: Event) -> None:
        """One receipt an album: under its key, edited as parts come."""
        album = event.album or event.event_id
        parts = [one for one in self._office.events if album in (one.album, one.event_id)]
        text = f"Đã nhận {len(parts)} ảnh của CĐCS Trường THPT Vĩnh Hòa. Mã: TC-0142"
        choices = (Choice("Gửi", "send:142"), Choice("Thêm ảnh", "more:142"))
        edits = f"receipt/{album}" if len(parts) > 1 else ""
        await self._office.says(event.chat, text, f"receipt/{album}{edits and '/2'}", choices=choices, edits=edits)

    async def says(self, room: str, text: str, choices: tuple[Choice, ...]) -> None:
        self._said += 1
        await self._office.says(room, text, f"bot/{self._said}", choices=choices)


async def picture(page: Page, name: str) -> None:
    """Keep what the page looks like where LOA_SCREENSHOTS says, for a person to judge."""
    folder = os.environ.get("LOA_SCREENSHOTS")
    if folder:
        await page.screenshot(path=f"{folder}/webchat-{name}.png")


@asynccontextmanager
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """A page that fails the test when the browser complains: a broken script or a breach of the content policy."""
    context = await browser.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    await context.close()
    assert [one for one in complaints if "ERR_" not in one] == []


async def enters(page: Page, office: Office) -> None:
    await page.goto(f"{office.address}/w/LG-2027")
    await page.get_by_role("button", name="Vào nhóm chat").tap()
    await page.get_by_role("button", name="Đồng ý", exact=True).tap()
    await expect(page.get_by_text("Cảm ơn chị Hương")).to_be_visible()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = [tmp_path / "bang-ron.jpg", tmp_path / "co-phuon.jpg"]
    for file, colour in zip(files, ("firebrick", "goldenrod"), strict=True):
        file.write_bytes(jpeg(colour))
    return files


async def test_a_cadre_joins_writes_sends_photos_and_answers_in_the_group(
    chromium: Browser, tmp_path: Path, photos: list[Path]
) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await page.goto(f"{office.address}/w/LG-2027")
        await picture(page, "invitation")
        await enters(page, office)
        await picture(page, "welcome")
        await writes(page)
        await sends_two_photos(page, photos)
        await presses_send(page, office)
        await meets_the_group(page, office)


async def writes(page: Page) -> None:
    field = page.get_by_label("Nhập tin nhắn")
    await field.fill("Trường đã treo xong băng rôn ở cổng chính")
    await field.press("Enter")
    await expect(page.get_by_text("Đã đọc: Trường đã treo xong")).to_be_visible()
    await expect(page.locator(".line.waiting")).to_have_count(0)
    await expect(field).to_have_value("")


async def sends_two_photos(page: Page, photos: list[Path]) -> None:
    await page.locator(".pick.main input").set_input_files(photos)
    await page.get_by_label("Nhập tin nhắn").fill("Băng rôn và cờ phướn")
    await expect(page.locator(".chosen li")).to_have_count(2)
    await picture(page, "chosen")
    await page.get_by_role("button", name="Gửi", exact=True).tap()
    thumbs = page.locator(".album img")
    await expect(thumbs).to_have_count(2)
    for number in range(2):
        await expect(thumbs.nth(number)).to_have_js_property("complete", True)
        assert await thumbs.nth(number).evaluate("image => image.naturalWidth") == 640
    await expect(page.locator(".chosen li")).to_have_count(0)
    await thumbs.first.tap()
    viewer = page.get_by_role("dialog")
    await expect(viewer.get_by_role("img")).to_be_visible()
    await picture(page, "viewer")
    await viewer.get_by_role("button", name="Đóng").tap()


async def presses_send(page: Page, office: Office) -> None:
    receipt = page.locator(".line.bot").last
    await expect(receipt).to_contain_text("Đã nhận 2 ảnh")
    await picture(page, "receipt")
    await receipt.get_by_role("button", name="Gửi").tap()
    await expect(page.locator(".toast")).to_have_text("Đã ghi nhận.")
    await picture(page, "toast")
    assert office.events[-1].action == "send:142"


async def meets_the_group(page: Page, office: Office) -> None:
    await office.says(GROUP.id, "Treo băng rôn xong trước 25/4. Gửi ảnh vào đây giúp văn phòng.", "push/9")
    tab = page.get_by_role("link", name=GROUP.title)
    await expect(tab).to_contain_text("Có tin mới")
    await tab.tap()
    await expect(page.get_by_role("heading", name=GROUP.title)).to_be_visible()
    await page.get_by_role("button", name="Trả lời").tap()
    await page.get_by_label("Nhập tin nhắn").fill("Đơn vị tôi xong rồi")
    await picture(page, "answering")
    await page.get_by_role("button", name="Gửi", exact=True).tap()
    await expect(page.locator(".line.mine .quoted")).to_contain_text("Treo băng rôn xong trước 25/4")
    await expect(page.get_by_text("Đã đọc: Đơn vị tôi xong rồi")).to_be_visible()
    await picture(page, "group")


async def test_words_typed_without_a_network_wait_and_go_out_once_when_it_is_back(
    chromium: Browser, tmp_path: Path
) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await enters(page, office)
        await page.context.set_offline(True)
        field = page.get_by_label("Nhập tin nhắn")
        await field.fill("Báo cáo tuần")
        await field.press("Enter")
        await expect(page.locator(".line.waiting")).to_contain_text("sẽ tự gửi lại")
        await expect(page.get_by_text("Mất kết nối")).to_be_visible()
        await field.fill("Còn một ý nữa")
        await picture(page, "offline")
        await page.context.set_offline(False)
        await expect(page.get_by_text("Đã đọc: Báo cáo tuần")).to_be_visible(timeout=15_000)
        await expect(page.get_by_text("Mất kết nối")).to_be_hidden(timeout=15_000)
        await page.reload()
        await expect(page.get_by_label("Nhập tin nhắn")).to_have_value("Còn một ý nữa")
        assert [event.text for event in office.events].count("Báo cáo tuần") == 1


async def test_a_file_above_fifty_megabytes_is_refused_in_words_and_the_note_stays(
    chromium: Browser, tmp_path: Path
) -> None:
    film = tmp_path / "phim.mp4"
    with film.open("wb") as file:
        file.truncate(60_000_000)
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await enters(page, office)
        await page.get_by_label("Nhập tin nhắn").fill("Phim của đơn vị")
        await page.locator(".attach input").nth(1).set_input_files(film)
        await expect(page.get_by_role("alert")).to_contain_text("lớn hơn 50 MB")
        await picture(page, "too-large")
        await expect(page.get_by_label("Nhập tin nhắn")).to_have_value("Phim của đơn vị")


async def test_everything_can_be_reached_and_sent_with_the_keyboard_alone(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await page.goto(f"{office.address}/")
        await page.get_by_label("Nhập mã mời").fill("LG-2027")
        await page.keyboard.press("Enter")
        agree = page.get_by_role("button", name="Đồng ý", exact=True)
        await agree.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Cảm ơn chị Hương")).to_be_visible()
        await expect(page.get_by_role("list", name="Tin nhắn")).to_have_attribute("aria-live", "polite")


async def test_targets_are_large_enough_for_a_thumb_and_nothing_runs_over_the_edge(
    chromium: Browser, tmp_path: Path
) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await enters(page, office)
        small = await page.evaluate(
            """() => [...document.querySelectorAll("button, a, .pick, textarea")]
                .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML)"""
        )
        assert small == []
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def doors() -> list[DemoDoor]:
    return [
        DemoDoor("Ban biên tập", "LĐLĐ tỉnh, duyệt tin và ảnh", "/as/1/chat?room=g:admin", user="editor"),
        DemoDoor("Chị Hương", "CĐCS Trường THPT Vĩnh Hòa", "/as/2/chat", user="huong"),
        DemoDoor("Anh Dũng", "CĐCS Công ty May Lam Giang", "/as/3/chat", user="dung"),
        DemoDoor("Nhóm của cụm", "Chị Hương mở nhóm Cụm thi đua số 1", "/as/4/chat?room=g:cum-so-1", user="huong"),
    ]


def furnish(office: Office) -> None:
    people = {"editor": "Nguyễn Minh Anh", "huong": "Trần Thị Hương", "dung": "Lê Văn Dũng"}
    admin = RoomInfo("g:admin", "Ban biên tập", "admin")
    office.names.update(people)
    office.members.update({"editor": [admin, GROUP], "huong": [GROUP], "dung": [GROUP]})
    with office.database.transaction() as session:
        for user, name in people.items():
            seat(session, user, name, MORNING)


async def test_in_the_hall_four_people_are_side_by_side_and_hear_each_other(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path, doors=doors, speed=600) as office:
        furnish(office)
        await says_a_morning(office, tmp_path)
        page = await chromium.new_page(viewport=DESKTOP)
        await page.goto(office.address)
        clock = page.locator(".clock time")
        shown = await clock.text_content()
        await expect(page.locator("iframe")).to_have_count(4)
        dung = page.frame_locator("iframe[title='Anh Dũng']")
        await dung.get_by_role("link", name=GROUP.title).click()
        await expect(dung.get_by_role("heading", name=GROUP.title)).to_be_visible()
        await dung.get_by_label("Nhập tin nhắn").fill("Công ty May chào cả cụm")
        await dung.get_by_role("button", name="Gửi", exact=True).click()
        group = page.frame_locator("iframe[title='Nhóm của cụm']")
        await expect(group.locator(".line.other")).to_contain_text("Lê Văn Dũng")
        await expect(clock).not_to_have_text(shown or "")
        await picture(page, "hall")
        await page.set_viewport_size(ViewportSize(width=1024, height=768))
        await picture(page, "hall-1024")
        await page.set_viewport_size(DESKTOP)
        await page.goto(f"{office.address}/as/2/chat")
        await expect(page.get_by_role("button", name="Nộp ảnh/tin")).to_be_visible()
        await picture(page, "desktop")
        await page.close()


async def says_a_morning(office: Office, folder: Path) -> None:
    """Enough to look at: a slogan, a duty, a submission before the editors."""
    photo = folder / "photo.jpg"
    photo.write_bytes(jpeg("firebrick"))
    duty = (Choice("Đã nhận", "seen:1"), Choice("Nộp ảnh/tin", "submit:1"), Choice("Xin gia hạn", "extend:1"))
    decide = (Choice("Duyệt", "ok:1"), Choice("Đề nghị bổ sung", "more:1"), Choice("Không đăng", "no:1"))
    for user in ("huong", "dung"):
        await office.says(f"u:{user}", "Khẩu hiệu hôm nay: “Đoàn kết, sáng tạo, an toàn lao động!”", f"slogan/{user}")
        await office.says(f"u:{user}", "Treo băng rôn xong trước 25/4 rồi gửi ảnh.", f"duty/{user}", choices=duty)
    await office.says(
        "g:admin", "CĐCS Trường THPT Vĩnh Hòa gửi ảnh. Mã: TC-0142", "card/1", photos=(photo,), choices=decide
    )
    await office.says(GROUP.id, "Chào các đơn vị Cụm thi đua số 1.", "group/1")


async def test_on_a_phone_the_hall_is_a_list_of_doors(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path, doors=doors, speed=600) as office, phone(chromium) as page:
        furnish(office)
        await page.goto(office.address)
        await expect(page.locator("iframe")).to_have_count(0)
        await picture(page, "hall-phone")
        await page.get_by_role("link", name="Chị Hương").tap()
        await expect(page.get_by_role("heading", name="Nhắn riêng")).to_be_visible()
