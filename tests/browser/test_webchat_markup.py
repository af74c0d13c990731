"""An announcement with bold words, a list and a link on a small phone, beside letters that only look like mark-up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from playwright.async_api import Browser, expect

from campaign.markup import Marked, read
from tests.browser.test_webchat_phone import PHONE, Bot, enters, phone, picture
from tests.channels.webchat_office import Cadre, open_office
from tests.contract import authored

pytestmark = pytest.mark.browser
PLAN = "https://congdoan.vn/ke-hoach?so=46&nam=2027"
CALL = f"""🇻🇳 **Tháng Công nhân** năm 2027
- Treo **băng rôn** ở cổng chính
- Gửi ảnh trước **25/5**
Xem [kế hoạch **số 46**]({PLAN}) hoặc https://congdoan.vn/hoi-dap."""
TRICKS = '<b>đậm</b> **sao** [x](javascript:alert(1)) <img src=x onerror="alert(2)"> [y](https://xau.vn)'


async def test_marks_of_an_announcement_are_shown_and_what_people_write_stays_letters(
    chromium: Browser, tmp_path: Path
) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        Bot(office)
        await enters(page, office)
        room = office.events[-1].chat
        words = read(CALL)
        await office.says(room, words.text, "push/1", spans=words.spans)
        call = page.locator(".line.bot", has_text="Tháng Công nhân")
        await expect(call.locator(".text")).to_have_text(words.text, use_inner_text=True)
        assert await call.locator("strong").all_inner_texts() == ["Tháng Công nhân", "băng rôn", "25/5", "số 46"]
        links = call.get_by_role("link")
        assert await links.all_inner_texts() == ["kế hoạch số 46", "https://congdoan.vn/hoi-dap"]
        for link, address in zip(await links.all(), (PLAN, "https://congdoan.vn/hoi-dap"), strict=True):
            assert await link.get_attribute("href") == address
            assert await link.get_attribute("target") == "_blank"
            assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
        await picture(page, "announcement")
        await page.get_by_label("Nhập tin nhắn").fill(TRICKS)
        await page.get_by_role("button", name="Gửi", exact=True).tap()
        echo = page.locator(".line.bot", has_text="Đã đọc")
        await expect(echo.locator(".text")).to_have_text(f"Đã đọc: {TRICKS}")
        mine = page.locator(".line.mine", has_text="javascript")
        await expect(mine.locator(".text")).to_have_text(TRICKS)
        for line in (echo, mine):
            await expect(line.locator("strong, b, img")).to_have_count(0)
            hrefs = [await link.get_attribute("href") for link in await line.locator(".text a").all()]
            assert hrefs == ["https://xau.vn"]  # a written address can be followed; it hides nothing
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await picture(page, "markup")
        await page.reload()
        await expect(page.locator(".line.bot strong", has_text="băng rôn")).to_be_visible()
        assert dialogs == []


async def test_an_edited_announcement_loses_the_marks_it_no_longer_has(chromium: Browser, tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, phone(chromium) as page:
        Bot(office)
        await enters(page, office)
        room, words = office.events[-1].chat, read("Hạn nộp **25/5**")
        await office.says(room, words.text, "push/1", spans=words.spans)
        await expect(page.locator(".line.bot strong", has_text="25/5")).to_be_visible()
        await office.says(room, "Hạn nộp 30/5", "push/1/2", edits="push/1")
        await expect(page.get_by_text("Hạn nộp 30/5")).to_be_visible()
        await expect(page.locator(".line.bot strong", has_text="/5")).to_have_count(0)


def test_the_script_that_shows_words_never_parses_any() -> None:
    scripts = Path("bot/channels/webchat/static").glob("*.js")
    parsing = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
    )
    assert [(script.name, word) for script in scripts for word in parsing if word in script.read_text("utf-8")] == []


async def test_the_page_keeps_its_content_policy(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office:
        cadre = Cadre(office, "Trần Thị Hương")
        await cadre.joins()
        policy = (await cadre.http.get("/chat")).headers["content-security-policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy


READ_BACK = """async (cases) => {
    const { words } = await import("/chat/static/marked.js");
    const shown = ({ text, spans }) => {
        const box = document.createElement("p");
        box.append(...words(text, spans));
        const letters = [];
        const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const bold = Boolean(walker.currentNode.parentElement.closest("strong"));
            for (const letter of walker.currentNode.data) letters.push([letter, bold]);
        }
        const tags = new Set([...box.querySelectorAll("*")].map((one) => one.tagName));
        const links = [...box.querySelectorAll("a")].map((a) => [a.getAttribute("href"), a.textContent]);
        return { letters, tags: [...tags], links };
    };
    return cases.map(shown);
}"""


async def test_whatever_an_author_writes_the_page_shows_these_letters_bold_and_no_others(
    chromium: Browser, tmp_path: Path
) -> None:
    texts: list[Marked] = []

    @settings(max_examples=300, deadline=None, database=None)
    @given(authored.texts())
    def write(typed: str) -> None:
        texts.append(read(typed))

    write()
    async with open_office(tmp_path) as office, phone(chromium) as page:
        await page.goto(office.address)
        cases = [{"text": one.text, "spans": one.stored()} for one in texts]
        for text, shown in zip(texts, await page.evaluate(READ_BACK, cases), strict=True):
            bold = {at for span in text.spans if span.kind == "bold" for at in range(span.start, span.end)}
            assert shown["letters"] == [[letter, at in bold] for at, letter in enumerate(text.text)]
            assert set(shown["tags"]) <= {"STRONG", "A"}
            shown_links = iter(shown["links"])  # among them addresses that were written out
            hidden = [[span.url, text.text[span.start : span.end]] for span in text.spans if span.kind == "link"]
            assert all(link in shown_links for link in hidden)
            assert all(address.startswith(("https://", "http://")) for address, _ in shown["links"])
