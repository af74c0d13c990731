"""What is pinned stays in sight on a small phone, and a tap leads to it, however far back it was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.channels.contract import Part
from tests.browser.test_webchat_phone import Bot, enters, phone, picture
from tests.channels.webchat_office import GROUP, open_office

pytestmark = pytest.mark.browser
WORK = "Gửi ảnh băng rôn, cờ phướn về văn phòng trước 17h ngày 20/5/2027, mỗi đơn vị ít nhất ba ảnh."


async def test_the_pinned_line_is_seen_and_found_and_goes_away(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await page.goto(f"{office.address}/w/LG-2027")
        await enters(page, office)
        await office.says(GROUP.id, WORK, "p1:1")
        for number in range(60):
            await office.says(GROUP.id, f"Tin số {number}", f"bot/g{number}")
        await page.goto(f"{office.address}/chat?room={GROUP.id}")
        pinned = page.get_by_role("button", name="Tin được ghim")
        await expect(pinned).to_be_hidden()
        await office.channel.send(Part(key="pin:1", to=GROUP.id, pins="p1:1"))
        await expect(pinned).to_be_visible()
        await expect(pinned).to_contain_text("Gửi ảnh băng rôn")
        await picture(page, "pinned")
        box = await pinned.bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, 360)
        assert 44 <= box["height"] <= 64  # one line, and large enough for a thumb
        await pinned.tap()  # it lies on an older page, which is fetched
        await expect(page.locator(".text", has_text="mỗi đơn vị ít nhất ba ảnh")).to_be_in_viewport()
        await picture(page, "pinned-found")
        await office.channel.send(Part(key="unpin:1", to=GROUP.id, unpins="p1:1"))
        await expect(pinned).to_be_hidden()


async def test_a_line_that_is_taken_back_says_so(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await page.goto(f"{office.address}/w/LG-2027")
        await enters(page, office)
        await page.goto(f"{office.address}/chat?room={GROUP.id}")
        await office.says(GROUP.id, "Họp lúc 8h", "p1:1")
        await expect(page.get_by_text("Họp lúc 8h")).to_be_visible()
        await office.channel.send(Part(key="fix1:1:delete/p1:1", to=GROUP.id, deletes="p1:1"))
        await expect(page.get_by_text("Tin này đã được thu hồi.")).to_be_visible()
        await expect(page.get_by_text("Họp lúc 8h")).to_have_count(0)
        await picture(page, "taken-back")
