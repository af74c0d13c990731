"""What an Official Account has to show once, from an empty account to the first push: the questions no source settles.

The order is that of docs/kenh-zalo-oa.md. What the platform can be asked is asked now; the rest is read from rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session, col, select

from bot.channels.contract import Proof, Seen
from bot.channels.proving import by_fact, by_hand, by_trace, pushed, talked
from bot.channels.zalo_oa import doctor
from bot.channels.zalo_oa.journal import Heard
from bot.channels.zalo_oa.lifetimes import Life
from bot.channels.zalo_oa.limits import NAME
from bot.settings import ZaloOa
from storage import grants
from storage.models import Chat, GroupPackage

RETRIED = "num_retry"  # the name under which the journal remembers that Zalo called again
FRESH = timedelta(days=1)
JOINS = ("user_join_group", "user_request_join_group", "accept_request_join_group", "react_request_join_group_accept")
LEAVES = ("user_out_group", "user_leave_group")
RENAMES = ("update_group_info",)
CONSOLE = "developers.zalo.me → ứng dụng → Webhook"
MANAGER = "oa.zalo.me"
VERIFIED, HAS_PACKAGE = "OA đã xác thực", "OA có gói dịch vụ còn hạn"
HAS_WALLET, KNOWS_RATE = "Đã liên kết ví trả phí (ZCA)", "Biết mức yêu cầu mỗi phút của gói"
NOT_ASKED = "Chưa hỏi được Zalo. Làm xong các dòng trên rồi chạy lại lệnh này."
BUY_PACKAGE = f"Mua hoặc gia hạn gói ở {MANAGER}, mục Gói dịch vụ."
NO_RATE = "Zalo chưa cho biết mức này. Chạy lại lệnh sau vài phút."
ECHOES = ("oa_send_text", "oa_send_image", "oa_send_group_text")
EVENTS = (
    (
        "follow", "Biết khi có người quan tâm OA",
        "Quét QR của OA bằng một điện thoại chưa quan tâm, bấm Quan tâm.", ("follow",),
    ),
    (
        "echo", "Nghe lại tin chính mình gửi (oa_send_…)",
        f"Bật các sự kiện oa_send_… ở {CONSOLE}, rồi nhắn OA một câu để nó trả lời.", ECHOES,
    ),
    (
        "unfollow", "Biết khi có người bỏ quan tâm",
        "Bỏ quan tâm OA bằng điện thoại thử, rồi quan tâm lại.", ("unfollow",),
    ),
)  # fmt: skip
TALKS = (
    ("heard.group.text", "Nghe được tin trong nhóm", "Nhắn một câu vào nhóm, không nhắc tên OA."),
    ("sent.group.text", "Gửi được tin vào nhóm", "Gửi một thông báo cho đơn vị của nhóm này."),
    ("heard.group.photo", "Nghe được ảnh trong nhóm", "Gửi một ảnh vào nhóm bằng điện thoại."),
    (
        "heard.group.album", "Nhận được album ảnh trong một sự kiện",
        "Gửi ba ảnh một lần vào nhóm. Nếu đủ ba ảnh mà dòng này vẫn trống thì Zalo tách thành ba sự kiện, cũng tốt.",
    ),
    (
        "heard.group.caption", "Biết chú thích của ảnh nằm ở đâu",
        "Gửi một ảnh có chú thích vào nhóm. Nếu vẫn trống, Zalo không chuyển chú thích: nhờ cán bộ nhắn thêm một câu.",
    ),
    ("sent.group.photo", "Gửi được ảnh vào nhóm", "Gửi một thông báo có ảnh cho đơn vị của nhóm này."),
    ("sent.group.file", "Gửi được tệp vào nhóm", "Gắn một nhóm làm nhóm ban biên tập, rồi nộp một tệp PDF."),
)  # fmt: skip
MOVES = (
    ("joins", "Biết khi có người vào nhóm", "Mở liên kết nhóm bằng điện thoại thử và xin vào.", JOINS),
    ("leaves", "Biết khi có người rời nhóm", "Rời nhóm bằng điện thoại thử.", LEAVES),
    ("renames", "Biết khi nhóm đổi tên", "Đổi tên nhóm trong ứng dụng Zalo.", RENAMES),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tables know of the account. ``renewals``: pairs kept, three at most. ``groups``: name and package."""

    issued_at: datetime | None = None
    dead: bool = False
    renewals: int = 0
    groups: tuple[tuple[str, date | None, bool], ...] = ()


def standing_of(session: Session, account: str) -> Standing:
    grant = grants.newest(session, NAME, account)
    return Standing(
        grant.issued_at if grant else None,
        bool(grant and grant.dead),
        grants.count(session, NAME, account),
        tuple(_groups_of(session)),
    )


def last_person(session: Session) -> str:
    """Whoever was heard last in private; empty when nobody was."""
    private = select(Chat.external_id).where(Chat.channel == NAME, Chat.kind == "private")
    heard = private.where(col(Chat.heard_at).is_not(None)).order_by(col(Chat.heard_at).desc())
    return session.exec(heard.limit(1)).first() or ""


def _groups_of(session: Session) -> Iterator[tuple[str, date | None, bool]]:
    """Name, last paid day, and whether it is switched on; without a package known, nothing is wrong with it."""
    chats = select(Chat).where(Chat.channel == NAME, Chat.kind == "group", col(Chat.active)).order_by(Chat.title)
    for chat in session.exec(chats):
        package = session.get(GroupPackage, chat.id)
        yield (chat.title, package.valid_until, package.enabled) if package else (chat.title, None, True)


@dataclass(frozen=True, slots=True)
class Shown:
    """What Zalo answered just now. ``trouble``: a sentence when it did not answer; ``rate``: X-RateLimit-Limit."""

    oa: dict[str, Any]
    trouble: str = ""
    rate: str = ""
    window: dict[str, Any] | None = None
    life: Life = field(default_factory=Life)


def checklist(
    seen: Seen, settings: ZaloOa, standing: Standing, shown: Shown, heard: Heard, address: str, now: datetime
) -> list[Proof]:
    return [
        *_grant(standing, shown, now),
        *_account(settings, shown, now),
        *_webhook(settings, heard, address, now),
        *_private(seen, heard, shown),
        *_groups(seen, heard, standing, now),
        *pushed(seen),
        *_remaining(settings, standing, heard, shown.life),
    ]


# Sign-in and account


def _grant(standing: Standing, shown: Shown, now: datetime) -> list[Proof]:
    signed = standing.issued_at is not None
    fault = (
        "Chạy loa zalo login trên máy chủ, mở đường dẫn cấp quyền bằng tài khoản quản trị viên OA, dán mã nhận được."
    )
    age = f"cấp {_ago(now - standing.issued_at)} trước" if standing.issued_at else ""
    good = signed and not standing.dead
    return [
        by_fact("grant", "Đã đăng nhập OA và quyền còn dùng được", "" if good else fault, found=age),
        by_fact("answers", "Zalo trả lời yêu cầu của ta", shown.trouble),
    ]  # fmt: skip


def _account(settings: ZaloOa, shown: Shown, now: datetime) -> list[Proof]:
    """What getoa shows; nothing is failed because nobody could be asked."""
    if shown.trouble:
        return [
            Proof("verified", VERIFIED, "open", NOT_ASKED),
            Proof("package", HAS_PACKAGE, "open", NOT_ASKED),
            Proof("zca", HAS_WALLET, "open", NOT_ASKED),
            Proof("rate", KNOWS_RATE, "open", NOT_ASKED),
        ]
    oa, unverified = shown.oa, doctor.NOT_VERIFIED
    is_verified = unverified not in doctor.check_oa(shown.oa, settings, "")
    until = _day(str(oa.get("package_valid_through_date") or ""))
    has_package = bool(oa.get("package_name")) and not (until is not None and until < now.date())
    name = f"gói {oa.get('package_name')}, hạn đến {until:%d/%m/%Y}" if until else "chưa rõ hạn của gói"
    rate = f"{shown.rate} yêu cầu mỗi phút" if shown.rate else ""
    return [
        by_fact("verified", VERIFIED, "" if is_verified else unverified, found=str(oa.get("name", ""))),
        by_fact("package", HAS_PACKAGE, "" if has_package else BUY_PACKAGE, found=name),
        _zca(settings, oa),
        Proof("rate", KNOWS_RATE, "proved" if rate else "open", NO_RATE, rate),
    ]


def _zca(settings: ZaloOa, oa: dict[str, Any]) -> Proof:
    hint = "Chỉ cần khi gửi mẫu tin trả phí: liên kết ví Zalo Cloud (ZCA) với OA ở account.zalo.cloud, rồi nạp tiền."
    if oa.get("linked_ZCA"):
        return Proof("zca", HAS_WALLET, "proved", hint)
    return Proof("zca", HAS_WALLET, "failed" if settings.template_id else "open", hint)


# Hearing


def _webhook(settings: ZaloOa, heard: Heard, address: str, now: datetime) -> list[Proof]:
    ago = f"lần cuối {_ago(now - heard.at)} trước" if heard.at else ""
    late = f"Đã lâu không nghe gì. Nhắn thử cho OA một câu; nếu im lặng, mở {CONSOLE} và bật lại."
    fault = doctor.NEVER_HEARD.format(address=address) if heard.at is None else ""
    quiet = heard.at is not None and now - heard.at > FRESH
    return [
        Proof("webhook", "Zalo gọi tới máy chủ của ta", "open", late, ago) if quiet
        else by_fact("webhook", "Zalo gọi tới máy chủ của ta", fault, found=ago),
        _variant(settings, heard),
        *(_event(heard, key, title, hint, names) for key, title, hint, names in EVENTS),
    ]  # fmt: skip


def _event(heard: Heard, key: str, title: str, hint: str, names: Iterable[str]) -> Proof:
    """Which of the names sources disagree about has really come stands in ``found``."""
    came = [name for name in names if name in heard.events]
    return Proof(key, title, "proved" if came else "open", hint, ", ".join(came))


def _variant(settings: ZaloOa, heard: Heard) -> Proof:
    title = "Biết Zalo ký sự kiện theo kiểu nào"
    if not heard.variant:
        return Proof("signature", title, "open", "Nhắn cho OA một câu; kiểu ký sẽ tự được nhận ra.")
    if settings.signature_variant:
        return Proof("signature", title, "proved", found=settings.signature_variant)
    hint = f'Sau một tuần không đổi, ghi signature_variant = "{heard.variant}" vào mục zalo_oa để chỉ nhận kiểu này.'
    return Proof("signature", title, "proved", hint, heard.variant)


# Private chats, windows, money


def _private(seen: Seen, heard: Heard, shown: Shown) -> list[Proof]:
    return [
        *talked(seen, "OA"),
        by_trace(seen, "sent.private.photo", "Gửi được ảnh riêng", "Gửi cho chính mình một thông báo có ảnh."),
        by_trace(seen, "sent.private.file", "Gửi được tệp riêng", "Nộp một tệp PDF; thẻ duyệt mang tệp đi tiếp."),
        by_trace(seen, "sent.private.choices", "Gửi được nút bấm", "Gửi cho mình một thông báo có nút “Đã nhận”."),
        by_trace(seen, "heard.button", "Nút bấm quay về máy chủ", "Bấm “Đã nhận” dưới thông báo vừa gửi."),
        _window(shown),
        by_hand(
            "window_reopens", "Bấm “Đã nhận” mở lại hạn 48 giờ",
            "Ghi lại hạn mức ở dòng trên, bấm “Đã nhận”, chạy lại lệnh này: số tin miễn phí phải trở về đầy đủ.",
        ),
    ]  # fmt: skip


def _window(shown: Shown) -> Proof:
    """What the platform says of the last person heard: how much of the free window is left."""
    title, hint = "Đọc được hạn mức tin miễn phí của một người", "Nhắn cho OA một câu rồi chạy lại lệnh này."
    if shown.window is None:
        return Proof("quota", title, "open", hint)
    left = shown.window.get("cs_reply") or {}
    count = f"còn {left.get('remain')}/{left.get('total')} tin miễn phí" if left else "Zalo không nêu giới hạn"
    return Proof("quota", title, "proved", hint, count)


# Groups


def _groups(seen: Seen, heard: Heard, standing: Standing, now: datetime) -> list[Proof]:
    return [
        _packages(standing, now),
        *(by_trace(seen, key, title, hint) for key, title, hint in TALKS),
        *(_event(heard, *move) for move in MOVES),
    ]


def _packages(standing: Standing, now: datetime) -> Proof:
    title = "Có nhóm của OA, gói nhóm còn hạn"
    off = [name for name, until, enabled in standing.groups if enabled is False or (until and until < now.date())]
    if off:
        return Proof("groups", title, "failed", f"Gia hạn gói nhóm (GMF) ở {MANAGER} cho: {', '.join(off[:5])}.")
    if not standing.groups:
        return Proof("groups", title, "open", f"Mua một gói GMF ở {MANAGER}, rồi lập nhóm thử bằng: loa groups create")
    ends = min((until for _, until, _ in standing.groups if until), default=None)
    soonest = f", gói sớm nhất hết hạn {ends:%d/%m/%Y}" if ends else ""
    return Proof("groups", title, "proved", found=f"{len(standing.groups)} nhóm{soonest}")


# What takes patience


def _remaining(settings: ZaloOa, standing: Standing, heard: Heard, life: Life) -> list[Proof]:
    renewed: Literal["proved", "open"] = "proved" if standing.renewals >= 3 else "open"
    wait = "Để hệ thống chạy qua hai lần tự làm mới (khoảng 20 giờ một lần), rồi xem: loa zalo token"
    proofs = [
        _event(
            heard, "retries", "Zalo gọi lại sau khi máy chủ tắt",
            "Tắt hệ thống 10 phút, nhắn OA một câu, bật lại và chờ. Khi rảnh, tắt hai giờ xem Zalo có ngừng gọi không.",
            (RETRIED,),
        ),
        Proof("renewed", "Quyền đã tự làm mới hai lần", renewed, wait),
        _url_life(life),
    ]  # fmt: skip
    if settings.template_id:
        hint = (
            "Gửi thử mẫu tin ở chế độ development cho một quản trị viên OA; nếu bị từ chối, đổi dòng template_nested."
        )
        proofs.append(by_hand("template", "Mẫu tin trả phí gửi được", hint))
    return proofs


def _url_life(life: Life) -> Proof:
    title = "Biết ảnh trên máy chủ Zalo mở được bao lâu"
    found = [f"ảnh {_ago(life.opens)} trước vẫn mở được"] if life.opens else []
    found += [f"ảnh {_ago(life.gone)} trước không còn mở được"] if life.gone else []
    hint = "Chờ có ảnh nộp qua Zalo từ 7 ngày trước rồi chạy lại lệnh này; lệnh tự thử mở lại các ảnh cũ."
    return Proof("url_life", title, "proved" if life.is_known else "open", hint, ", ".join(found))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _ago(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} ngày"
    return f"{hours} giờ" if hours else f"{max(0, int(span.total_seconds() // 60))} phút"
