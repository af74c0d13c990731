"""What a platform keeps from the bot, and what people do instead. Said once to a group and once to each person."""

from __future__ import annotations

import hashlib

from handlers.context import Context

HELLO = (
    "Xin chào cả nhà. Để nhóm nhận thông báo, cán bộ đã vào hệ thống nhắc tên trợ lý (@) kèm chữ: lienket\n"
    "Nhóm của cụm thì quản trị viên thêm tên cụm, ví dụ: lienket Cụm 1"
)
HELLO_BOUND = "Nhóm đã gắn với {target}."
HEARS_CALLS = (
    "Lưu ý: ở đây trợ lý chỉ thấy tin có nhắc tên trợ lý (@) hoặc trả lời trợ lý. "
    "Ảnh gửi trong nhóm thì trợ lý không nhận được: anh/chị gửi ảnh trong khung nhắn riêng {where}."
)
DOOR = "Anh/chị nhắn riêng cho trợ lý {where} để nhập mã mời, xem việc và gửi ảnh."
GIVE = "Anh/chị gửi ảnh, tin cho việc này trong khung nhắn riêng {where}."
UNREADABLE = (
    "Trợ lý chưa xem được loại tin này (tệp, video, vị trí, danh thiếp…) trên kênh này. "
    "Anh/chị gửi ảnh hoặc gõ chữ giúp; {file}."
)
FILE_ON_WEB = "có tệp thì nộp qua trang web {address}"
FILE_BY_HAND = "có tệp thì chụp ảnh từng trang, hoặc gửi cho ban biên tập qua thư điện tử"
WITH_US = "với trợ lý"


def is_narrow(context: Context) -> bool:
    """Whether photos that people post in groups do not come to the bot on this channel."""
    return context.house.door(context.event.channel) is not None


def where(context: Context) -> str:
    return context.house.door(context.event.channel) or WITH_US


def hello(context: Context, target: str) -> None:
    """To a group that the bot has come to. Whoever called it there needs no second word about the private chat."""
    text = HELLO_BOUND.format(target=target) if target else HELLO
    context.say(f"{text}\n{HEARS_CALLS.format(where=where(context))}", key=_door_key(context))


def show_door(context: Context) -> None:
    """Once to each person in each group who speaks to the bot there and got no other answer."""
    event = context.event
    if event.addressed and event.sender and not context.has_spoken and is_narrow(context):
        context.say(DOOR.format(where=where(context)), under=True, key=_door_key(context))


def how_to_give(context: Context) -> None:
    context.say(GIVE.format(where=where(context)), under=True)


def unreadable(context: Context) -> bool:
    """The platform says that something came, and not what: one answer for all that comes at once."""
    if not context.event.details.get("unreadable"):
        return False
    address = context.house.address
    file = FILE_ON_WEB.format(address=address) if address else FILE_BY_HAND
    context.say_soon(f"unreadable:{_print(context)}", UNREADABLE.format(file=file))
    return True


def _door_key(context: Context) -> str:
    return f"door:{_print(context)}"


def _print(context: Context) -> str:
    """This sender in this chat, without naming somebody who has not agreed to anything."""
    return hashlib.sha256(f"{context.place}\0{context.event.sender}".encode()).hexdigest()[:24]
