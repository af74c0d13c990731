"""Who is meant: the way documents name unions, departments and people, and where their duty begins."""

import re

from planreader.chars import Lexicon, fold, squeeze

_LEADING = re.compile(
    r"(?:(?:\W*)(?:de nghi|yeu cau|giao(?: cho)?|doi voi|phan cong|uy quyen cho|nhiem vu cua|trach nhiem cua|kinh de nghi)\s+)+"
)
_UNIT = re.compile(
    r"(?:(?:cac|moi|tung|toan the|100%|tat ca(?: cac)?|nhung|\d{1,3}|toan bo|rieng)\s+)*"
    r"(?:ban\b|van phong|vp\b|ldld|lien doan|tong lien doan|cong doan|cdcs|cdbp|cdn\b|cd\b|nghiep doan|uy ban|ubkt|phong\b|to\b|cum|khoa\b|trung tam|bo phan"
    r"|(?:dong chi|d/c|ong|ba|anh|chi)\s|chu tich|pho chu tich|uy vien|uv\b|can bo|truong\b|doan thanh nien|doan tncs|hoi\b|nha may|xi nghiep|xuong|phan xuong|chi nhanh|cong ty"
    r"|doan vien|nguoi lao dong|thuong truc|don vi|co quan|doanh nghiep|cap cong doan|khoi\b|bch\b|btv\b|cap\b|lanh dao|nguoi su dung|bao\b|tap chi|dai\b|so\b|cong an"
    r"|cong tac vien|ctv\b|thanh vien|tram\b|doi\b|benh vien|ke toan|thu ky|nhom\b|tieu ban|bac si|ky thuat vien|giam doc|quan doc|chi hoi|ubnd|mttq|mat tran|mang luoi|hoi dong|an toan,? ve sinh vien|atvsv\b|tong phu trach|bi thu|xa\b|phuong\b)"
)
_VERB = Lexicon(
    r"\b(?:chủ trì|phối hợp|có (?:trách nhiệm|nhiệm vụ|kế hoạch)|chịu|xây dựng|tổ chức|triển khai|tham mưu|hướng dẫn|theo dõi"
    r"|đôn đốc|kiểm tra|tổng hợp|báo cáo|gửi|nộp|thực hiện|phát động|tuyên truyền|viết|đăng|treo|căn cứ|chủ động|cung cấp"
    r"|thiết kế|in\b|bố trí|quản lý|quản trị|tiếp nhận|phân công|vận động|đảm bảo|bảo đảm|thông báo|phổ biến|lập\b|chuẩn bị"
    r"|phụ trách|duyệt|chỉ đạo|lựa chọn|quán triệt|giúp|cử\b|hỗ trợ|tích cực|cụ thể hóa|cụ thể hoá|phản ánh|giới thiệu"
    r"|tập trung|thường xuyên|điều hành|hoàn thành|ban hành|kịp thời|nghiêm túc|khẩn trương|phải|cần\b|tăng cường|đẩy mạnh"
    r"|làm\b|không\b|trang trí|chụp|rà soát|cập nhật|quay\b|dùng\b|tham gia|hưởng ứng|đề xuất|tiếp tục|sẽ\b|thành lập"
    r"|chọn\b|mở\b|nhận\b|họp\b|thông tin|giám sát|thẩm định|biên tập|phát hành|ký\b|khuyến khích|động viên|dự toán"
    r"|thanh toán|đưa\b|góp\b|liên hệ|chia sẻ|điền\b|trả\b|xác nhận|hàng tuần|hằng tuần|hàng tháng|hằng tháng|hàng ngày"
    r"|hằng ngày|định kỳ|trước\b|chậm nhất|khẩn\b|nhắc\b|đăng ký|quyết toán|bàn giao|tặng\b|thăm\b|chấm\b|phát\b|sử dụng)"
)
_NOT_UNIT = re.compile(
    r"(?:to chuc|ban hanh|so luong|so lieu|don vi tinh|don vi thuc hien|doi tuong|doi thoai|doi moi|phong chong|phong trao|bao cao|bao dam|bao gom|chi tieu|chi phi|chi dao|chi tiet|hoi thi|hoi nghi|hoi thao|hoi dien|hoi trai|to tinh|to roi|to gap|dang\b|can cu|can bo dam)"
)


def is_unit(text: str) -> bool:
    """Whether a label names somebody: "Ban Nữ công", "Các CĐCS", "Đề nghị Công đoàn các phường"."""
    plain = fold(squeeze(text))
    plain = _LEADING.sub("", plain, count=1) if _LEADING.match(plain) else plain
    return len(plain.split()) <= 45 and bool(_UNIT.match(plain)) and not _NOT_UNIT.match(plain)


def unit_name(text: str) -> str:
    """The name without "Đề nghị", "Đối với", and without a trailing colon."""
    text = squeeze(text).strip(" :.-")
    match = _LEADING.match(fold(text))
    return text[match.end() :] if match else text


def subject_and_duty(text: str) -> tuple[str, str] | None:
    """ "Các CĐCS" and "gửi báo cáo …" of a sentence that begins with a unit; None where it does not."""
    if not is_unit(" ".join(text.split()[:14])):
        return None
    plain = fold(text[:260])
    offset = match.end() if (match := _LEADING.match(plain)) else 0
    pattern, form = _VERB.of(text[:260])
    for verb in pattern.finditer(form, offset):
        if verb.start() > offset and text[verb.start()].islower() and _splits(plain, offset, verb.start()):
            unit = text[offset : verb.start()].strip(" ,:-")
            return (unit, text[verb.start() :].strip()) if unit else None
    return None


def _splits(plain: str, offset: int, at: int) -> bool:
    """A verb inside the name ("Ban chỉ đạo", "tổ chức công đoàn") does not end it."""
    before = plain[offset:at].rstrip()
    return before not in (
        "ban",
        "cac ban",
        "cac",
        "cap",
        "to",
        "bo phan",
        "can bo",
        "doi",
        "tieu ban",
        "nguoi",
        "phong",
        "cac to",
    ) and not (
        before.endswith(("ban", "uy ban", "to", "uy vien", "can bo", "bo phan", "can bo lam cong tac", "cong tac"))
    )
