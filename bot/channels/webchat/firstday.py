"""What the web chat has to show once."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.channels.contract import Proof, Seen
from bot.channels.proving import by_fact, by_trace, pushed, talked

NO_ADDRESS = (
    "Người ngoài máy này chưa mở được trang. Đặt máy chủ sau một tên miền có chứng chỉ, "
    "rồi ghi địa chỉ bắt đầu bằng https vào mục web, dòng public_url."
)


def checklist(seen: Seen, public_url: str) -> list[Proof]:
    address = urlsplit(public_url)
    reachable = address.scheme == "https" and bool(address.hostname)
    return [
        by_fact("address", "Có địa chỉ công khai bằng https", "" if reachable else NO_ADDRESS, found=public_url),
        *talked(seen, "trợ lý trên trang web"),
        by_trace(
            seen, "heard.group", "Nghe được trong phòng chung của đơn vị",
            "Mở trang bằng liên kết mời, vào phòng của đơn vị, gửi một câu.",
            "heard.group.text", "heard.group.photo",
        ),
        *pushed(seen),
    ]  # fmt: skip
