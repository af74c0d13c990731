"""Every error code of the platform and what follows from it, as one table for each host.

Sources: the error pages of the OA Open API and of ZBS Template Message. The two tables contradict each other in places
(-100), so they are never mixed. Application errors come with HTTP 200.

The pages say "call a human" of an empty wallet and of a template that is off, too. A person is told, but the account
does not stop for it: groups and people who were heard lately are still written to for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    RENEW = "renew"  # the token: renewed once, then asked again
    BACK_OFF = "back_off"  # again soon, with growing pauses
    TWICE = "twice"  # again soon, but the second time it is a refusal
    MINUTE = "minute"  # the whole account waits for the next minute
    MORNING = "morning"  # after the night (22:00-06:00 there)
    DAY = "day"  # tomorrow
    MONTH = "month"  # next month
    UPLOAD = "upload"  # the file expired there: once more
    TEMPLATE = "template"  # outside the window: by template where there is one, else refused
    REFUSE = "refuse"  # this message to this recipient will never arrive
    LOSE = "lose"  # nothing will arrive there until somebody there acts
    GROUP = "group"  # as LOSE; the group is looked at again, and the admins are told of its package by its name
    CLOSE = "close"  # nothing of this account will arrive until a person mends it


@dataclass(frozen=True, slots=True)
class Rule:
    """``words``: a sentence for the admin. ``alarm``: not empty: they are rung as well, once a day under this name.

    (Of an account that closes, delivery tells them.)
    """

    act: Act
    words: str
    alarm: str = ""


_SOON = "Zalo đang bận, hệ thống sẽ tự gửi lại."
_RATE = "Zalo yêu cầu gửi chậm lại, hệ thống sẽ tự gửi tiếp."
_EXPIRED = "Mã truy cập Zalo đã hết hạn, hệ thống đang tự làm mới."
_NIGHT = "Zalo không cho gửi loại tin này ban đêm, hệ thống sẽ gửi lúc 6 giờ sáng."
_CONTENT = "Nội dung tin không đúng quy định của Zalo. Sửa lại nội dung rồi gửi lại."
_BUG = "Zalo không nhận loại tin này. Báo người quản trị hệ thống."
_LIMIT = "Tin vượt mức Zalo cho phép (chữ dài quá hoặc tệp lớn quá). Rút ngắn rồi gửi lại."
_WINDOW = "Người này chưa nhắn cho Zalo OA trong 7 ngày nên Zalo không chuyển tin. Gọi điện nhờ họ nhắn cho OA một tin."
_SHY = "Người này đang chặn loại tin này trên Zalo. Gọi điện nhờ họ mở lại trong phần cài đặt của OA."
_NO_MONEY = (
    "Tin này phải trả phí mà ví Zalo Cloud chưa liên kết hoặc đã hết tiền. "
    "Nạp tiền hoặc liên kết ví ở account.zalo.cloud, hoặc gọi điện cho người nhận."
)
_NO_TEMPLATES = "Zalo OA chưa có quyền gửi tin mẫu. Đăng ký ZBS ở trang quản lý OA, hoặc gọi điện cho người nhận."
_ASK_ADMIN = "Mở trang developers.zalo.me, xem lại ứng dụng và quyền của OA rồi cấp quyền lại: loa zalo login"
_TEMPLATE = "Mẫu tin trả phí chưa dùng được. Xem lại mẫu ở trang ZBS của Zalo, rồi sửa template_id trong cấu hình."
UNKNOWN = Rule(Act.REFUSE, "Zalo không nhận tin này. Xem lại nội dung rồi gửi lại; nếu vẫn lỗi, báo người quản trị.")

OA: dict[int, Rule] = {
    -32: Rule(Act.MINUTE, _RATE),
    -100: Rule(Act.UPLOAD, "Ảnh hoặc tệp đã hết hạn trên Zalo và không tải lại được. Đính kèm lại rồi gửi."),
    -124: Rule(Act.RENEW, _EXPIRED),
    -200: Rule(Act.TWICE, "Zalo không gửi được tin này. Thử lại sau, hoặc gọi điện cho người nhận."),
    -201: Rule(Act.REFUSE, "Zalo không nhận nội dung hoặc người nhận của tin này. Báo người quản trị hệ thống."),
    -204: Rule(Act.CLOSE, "Zalo OA đã bị xóa hoặc bị khóa. Liên hệ Zalo để mở lại OA."),
    -205: Rule(Act.CLOSE, "Zalo OA không còn tồn tại. Kiểm tra oa_id trong cấu hình và liên hệ Zalo."),
    -209: Rule(Act.CLOSE, f"Ứng dụng Zalo chưa được kích hoạt. {_ASK_ADMIN}"),
    -210: Rule(Act.REFUSE, _LIMIT),
    -211: Rule(Act.DAY, "Đã hết hạn mức gửi của Zalo, hệ thống sẽ gửi tiếp vào ngày mai. Cần gấp thì mua thêm gói."),
    -212: Rule(Act.CLOSE, f"Ứng dụng Zalo chưa đăng ký Official Account API. {_ASK_ADMIN}"),
    -213: Rule(Act.LOSE, "Người này chưa quan tâm Zalo OA. Gửi đường liên kết OA và nhờ họ bấm “Quan tâm”."),
    -214: Rule(Act.BACK_OFF, "Zalo đang xử lý nội dung, hệ thống sẽ tự gửi lại."),
    -216: Rule(Act.RENEW, _EXPIRED),
    -217: Rule(Act.REFUSE, "Người này không nhận lời mời từ Zalo OA. Gọi điện nhờ họ tự vào nhóm bằng đường liên kết."),
    -218: Rule(Act.DAY, "Người này đã nhận đủ số tin trong ngày từ Zalo OA, hệ thống sẽ gửi tiếp vào ngày mai."),
    -219: Rule(Act.CLOSE, f"Ứng dụng Zalo đã bị gỡ. {_ASK_ADMIN}"),
    -220: Rule(Act.RENEW, _EXPIRED),
    -221: Rule(Act.CLOSE, "Zalo OA chưa được xác thực. Nộp hồ sơ xác thực ở trang quản lý OA rồi chạy lại."),
    -223: Rule(Act.CLOSE, f"Zalo OA chưa cấp quyền cho ứng dụng. {_ASK_ADMIN}"),
    -224: Rule(Act.CLOSE, "Gói dịch vụ của Zalo OA không có quyền này. Nâng gói ở trang quản lý OA."),
    -227: Rule(Act.REFUSE, "Tài khoản Zalo này bị khóa hoặc không hoạt động hơn 45 ngày. Gọi điện cho người nhận."),
    -230: Rule(Act.TEMPLATE, _WINDOW),
    -232: Rule(Act.TEMPLATE, _WINDOW),
    -233: Rule(Act.REFUSE, _BUG),
    -234: Rule(Act.MORNING, _NIGHT),
    -235: Rule(Act.REFUSE, _BUG),
    -237: Rule(
        Act.GROUP,
        "Gói nhóm Zalo của nhóm này đã hết hạn nên nhóm bị tắt. "
        "Gia hạn gói GMF ở trang quản lý OA trước khi nhóm bị giải tán.",
    ),
    -238: Rule(Act.CLOSE, "Gói nhóm Zalo không còn hiệu lực. Mua hoặc gia hạn gói GMF ở trang quản lý OA."),
    -240: Rule(Act.REFUSE, _BUG),
    -241: Rule(Act.CLOSE, "Gói nhóm Zalo đã được dùng cho nhóm khác. Chọn gói GMF còn trống."),
    -242: Rule(Act.CLOSE, "Zalo không nhận chữ ký appsecret_proof. Kiểm tra app_secret trong cấu hình."),
    -244: Rule(Act.REFUSE, _SHY),
    -248: Rule(Act.REFUSE, _CONTENT, alarm="content"),
    -249: Rule(Act.REFUSE, "Mẫu tin này không gửi được tới người dùng Zalo OA. Gọi điện cho người nhận."),
    -320: Rule(Act.REFUSE, _NO_MONEY, alarm="no_money"),
    -321: Rule(Act.REFUSE, _NO_MONEY, alarm="no_money"),
    -401: Rule(Act.RENEW, _EXPIRED),
    -403: Rule(Act.LOSE, "Zalo OA không còn ở trong nhóm này. Tạo lại nhóm hoặc mời OA vào lại."),
}  # fmt: skip

ZBS: dict[int, Rule] = {
    -100: Rule(Act.BACK_OFF, _SOON),
    -108: Rule(Act.REFUSE, "Số điện thoại không đúng. Kiểm tra lại số rồi gửi lại."),
    -109: Rule(Act.REFUSE, _TEMPLATE),
    -114: Rule(Act.REFUSE, "Người này không nhận được tin mẫu của Zalo. Gọi điện cho người nhận."),
    -115: Rule(Act.REFUSE, _NO_MONEY, alarm="no_money"),
    -117: Rule(Act.REFUSE, _TEMPLATE),
    -118: Rule(Act.REFUSE, "Số này chưa dùng Zalo hoặc đã ngừng dùng. Gọi điện cho người nhận."),
    -119: Rule(Act.REFUSE, "Người này không nhận được tin mẫu của Zalo. Gọi điện cho người nhận."),
    -124: Rule(Act.RENEW, _EXPIRED),
    -126: Rule(Act.REFUSE, "Ví thử nghiệm của Zalo đã hết tiền. Nạp thêm ở trang ZCA.", alarm="no_money"),
    -127: Rule(Act.REFUSE, "Mẫu tin đang ở chế độ thử nên chỉ gửi được cho quản trị viên OA."),
    -131: Rule(Act.REFUSE, _TEMPLATE),
    -133: Rule(Act.MORNING, _NIGHT),
    -135: Rule(Act.REFUSE, _NO_TEMPLATES, alarm="template_off"),
    -1351: Rule(Act.REFUSE, _NO_TEMPLATES, alarm="template_off"),
    -136: Rule(Act.REFUSE, _NO_MONEY, alarm="no_money"),
    -137: Rule(Act.REFUSE, _NO_MONEY, alarm="no_money"),
    -138: Rule(Act.REFUSE, f"Ứng dụng Zalo chưa có quyền gửi tin mẫu. {_ASK_ADMIN}", alarm="template_off"),
    -139: Rule(Act.REFUSE, _SHY),
    -140: Rule(Act.REFUSE, _SHY),
    -141: Rule(Act.REFUSE, _SHY),
    -144: Rule(Act.DAY, "Đã hết hạn mức tin mẫu trong ngày, hệ thống sẽ gửi tiếp vào ngày mai."),
    -1441: Rule(Act.MONTH, "Đã hết hạn mức tin mẫu trong tháng, hệ thống sẽ gửi tiếp vào tháng sau."),
    -146: Rule(
        Act.REFUSE,
        "Mẫu tin bị Zalo tắt vì chất lượng thấp. Gọi điện cho người nhận và sửa lại mẫu ở trang ZBS của Zalo.",
        alarm="template_off",
    ),
    -147: Rule(Act.DAY, "Mẫu tin đã hết hạn mức trong ngày, hệ thống sẽ gửi tiếp vào ngày mai."),
    -1471: Rule(Act.DAY, "Mẫu tin đã hết hạn mức trong ngày, hệ thống sẽ gửi tiếp vào ngày mai."),
    -1472: Rule(Act.MONTH, "Mẫu tin đã hết hạn mức trong tháng, hệ thống sẽ gửi tiếp vào tháng sau."),
    -1121: Rule(Act.REFUSE, "Nội dung dài quá mức của mẫu tin. Rút ngắn rồi gửi lại."),
    -1122: Rule(Act.REFUSE, _TEMPLATE),
    -1124: Rule(Act.REFUSE, _TEMPLATE),
    -1241: Rule(Act.CLOSE, "Zalo không nhận chữ ký appsecret_proof. Kiểm tra app_secret trong cấu hình."),
}  # fmt: skip


def rule_of(code: int, table: dict[int, Rule] | None = None) -> Rule:
    """Codes have been seen with either sign. What the tables do not know stays a refusal of this one message."""
    return (OA if table is None else table).get(-abs(code), UNKNOWN)


def any_rule(code: int, *, template: bool = False) -> Rule:
    """For the OA host, which sends templates too: the table of what was sent comes first, then the other one."""
    first, then = (ZBS, OA) if template else (OA, ZBS)
    return first.get(-abs(code)) or rule_of(code, then)
