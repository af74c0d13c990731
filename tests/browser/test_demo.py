"""What `make run` promises, lived through in a real browser at phone size: the whole program, the whole loop."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

import samples.pictures
from tests.e2e.office import open_office

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}
PATIENCE = 20_000  # milliseconds


async def open_phone(browser: Browser, address: str) -> Page:
    context = await browser.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(address)
    return page


async def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where LOA_SCREENSHOTS says."""
    if folder := os.environ.get("LOA_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/demo-{name}.png")


async def test_an_officer_answers_an_assignment_and_the_decision_comes_back(chromium: Browser, tmp_path: Path) -> None:
    office = open_office(tmp_path, DEMO__ENABLED="true")
    photo = tmp_path / "bang-ron.jpg"
    photo.write_bytes(samples.pictures.draw("bang-ron", gps=True))
    with office.running():
        home = f"http://127.0.0.1:{office.port}"
        officer, editor = await asyncio.gather(
            open_phone(chromium, f"{home}/as/2/chat"), open_phone(chromium, f"{home}/as/1/chat")
        )
        await expect(officer.get_by_text("Treo băng rôn và gửi ảnh").first).to_be_visible(timeout=PATIENCE)
        await keep(officer, "viec")
        await officer.locator("input[type=file]").first.set_input_files(photo)
        await officer.get_by_role("button", name="Gửi", exact=True).first.click()
        question = officer.get_by_text("Phần này thuộc việc nào?").or_(officer.get_by_text("Bấm Gửi khi đủ"))
        await expect(question.first).to_be_visible(timeout=PATIENCE)
        await keep(officer, "hoi")
        if await officer.get_by_text("Phần này thuộc việc nào?").count():
            await officer.get_by_role("button", name="Treo băng rôn").last.click()
        await expect(officer.get_by_text("Bấm Gửi khi đủ").last).to_be_visible(timeout=PATIENCE)
        await officer.locator(".line, li, article").get_by_role("button", name="Gửi", exact=True).last.click()
        await expect(officer.get_by_text("Mã: TC-0001").first).to_be_visible(timeout=PATIENCE)
        await keep(officer, "bien-nhan")

        await expect(editor.get_by_text("TC-0001").first).to_be_visible(timeout=PATIENCE)
        await keep(editor, "duyet")
        await editor.get_by_role("button", name="Duyệt", exact=True).click()
        await expect(officer.get_by_text("Đã duyệt: TC-0001").first).to_be_visible(timeout=PATIENCE)
        await keep(officer, "ket-qua")
    rows = office.json("submissions")
    assert [(row["code"], row["unit"], row["state"]) for row in rows] == [("TC-0001", "CS-MAY01", "approved")]
    assert Path(
        office.folder, "media", rows[0]["items"][0]["sha256"][:2], rows[0]["items"][0]["sha256"]
    ).read_bytes() == (photo.read_bytes())
