"""Who is meant: the way documents name unions, departments and people, and where their duty begins."""

import re

from planreader.chars import Lexicon, fold, fold_marks, squeeze

_LEADING = re.compile(
    r"(?:(?:\W*)(?:de nghi|yeu cau|giao(?: cho)?|doi voi|phan cong|uy quyen cho|nhiem vu cua"
    r"|trach nhiem cua|kinh de nghi)\s+)+"
)
_UNIT = re.compile(
    r"(?:(?:cac|moi|tung|toan the|100%|tat ca(?: cac)?|nhung|\d{1,3}|toan bo|rieng)\s+)*"
    r"(?:ban\b|van phong|vp\b|ldld|lien doan|tong lien doan|cong doan|cdcs|cdbp|cdn\b|cd\b"
    r"|nghiep doan|uy ban|ubkt|phong\b|to\b|cum|khoa\b|trung tam|bo phan"
    r"|(?:dong chi|d/c|ong|ba|anh|chi)\s|chu tich|pho chu tich|uy vien|uv\b|can bo|truong\b"
    r"|doan thanh nien|doan tncs|hoi\b|nha may|xi nghiep|xuong|phan xuong|chi nhanh|cong ty"
    r"|doan vien|nguoi lao dong|thuong truc|don vi|co quan|doanh nghiep|cap cong doan|khoi\b|bch\b"
    r"|btv\b|cap\b|lanh dao|nguoi su dung|bao\b|tap chi|dai\b|so\b|cong an"
    r"|cong tac vien|ctv\b|thanh vien|tram\b|doi\b|benh vien|ke toan|thu ky|nhom\b|tieu ban|bac si"
    r"|ky thuat vien|giam doc|quan doc|chi hoi|ubnd|mttq|mat tran|mang luoi|hoi dong"
    r"|an toan,? ve sinh vien|atvsv\b|tong phu trach|bi thu|xa\b|phuong\b)"
)
_VERB = Lexicon(
    r"\b(?:chủ trì|phối hợp|có (?:trách nhiệm|nhiệm vụ|kế hoạch)|chịu|xây dựng|tổ chức|triển khai"
    r"|tham mưu|hướng dẫn|theo dõi"
    r"|đôn đốc|kiểm tra|tổng hợp|báo cáo|gửi|nộp|thực hiện|phát động|tuyên truyền|viết|đăng|treo"
    r"|căn cứ|chủ động|cung cấp"
    r"|thiết kế|in\b|bố trí|quản lý|quản trị|tiếp nhận|phân công|vận động|đảm bảo|bảo đảm"
    r"|thông báo|phổ biến|lập\b|chuẩn bị"
    r"|phụ trách|duyệt|chỉ đạo|lựa chọn|quán triệt|giúp|cử\b|hỗ trợ|tích cực|cụ thể hóa|cụ thể hoá"
    r"|phản ánh|giới thiệu"
    r"|tập trung|thường xuyên|điều hành|hoàn thành|ban hành|kịp thời|nghiêm túc|khẩn trương|phải"
    r"|cần\b|tăng cường|đẩy mạnh"
    r"|làm\b|không\b|trang trí|chụp|rà soát|cập nhật|quay\b|dùng\b|tham gia|hưởng ứng|đề xuất"
    r"|tiếp tục|sẽ\b|thành lập"
    r"|chọn\b|mở\b|nhận\b|họp\b|thông tin|giám sát|thẩm định|biên tập|phát hành|ký\b|khuyến khích"
    r"|động viên|dự toán"
    r"|thanh toán|đưa\b|góp\b|liên hệ|chia sẻ|điền\b|trả\b|xác nhận|hàng tuần|hằng tuần|hàng tháng"
    r"|hằng tháng|hàng ngày"
    r"|hằng ngày|định kỳ|trước\b|chậm nhất|khẩn\b|nhắc\b|đăng ký|quyết toán|bàn giao|tặng\b|thăm\b"
    r"|chấm\b|phát\b|sử dụng)"
)
_NOT_UNIT = re.compile(
    r"(?:to chuc|ban hanh|so luong|so lieu|don vi tinh|don vi thuc hien|doi tuong|doi thoai"
    r"|doi moi|phong chong|phong trao|bao cao|bao dam|bao gom|chi tieu|chi phi|chi dao|chi tiet"
    r"|hoi thi|hoi nghi|hoi thao|hoi dien|hoi trai|to tinh|to roi|to gap|dang\b|can cu|can bo dam)"
)
# Things whose names fold to the name of somebody: ảnh (anh), số (sở), phóng sự (phòng), khóa học (khoa) …
_THING = re.compile(
    r"(?:(?:các|mỗi|từng|toàn bộ|những|\d{1,3})\s+)*(?:ảnh|chỉ|số|sổ|sơ|phóng|khóa|khoá|tờ|đổi|đôi|đợi|đời|hỏi|hồi"
    r"|bảo|bão|dài|cập|cặp|khỏi|khởi|phương)\b"
)
_ADDRESSED = re.compile(r"(?:cac\s+)?(?:anh|chi(?! (?:nhanh|bo|doan|uy))|ong|ba)\s+(?P<name>\w+)")
_ALSO_ADDRESSED = {"anh", "chi", "em", "ba"}  # "các anh chị em", "ông bà"


def is_unit(text: str) -> bool:
    """Whether a label names somebody: "Ban Nữ công", "Các CĐCS", "Đề nghị Công đoàn các phường"."""
    text = squeeze(text)
    match = _LEADING.match(fold(text))
    text = text[match.end() :] if match else text
    plain = fold(text)
    if not _UNIT.match(plain) or _NOT_UNIT.match(plain) or _THING.match(fold_marks(text)):
        return False
    return len(plain.split()) <= 45 and _is_person_named(text, plain)


def _is_person_named(text: str, plain: str) -> bool:
    """ "anh Nam" or "các anh chị"; without accents "anh ve LDLD tinh" may speak of photos. True of other units."""
    person = _ADDRESSED.match(plain)
    if person is None or person["name"] in _ALSO_ADDRESSED:
        return True
    return text[person.start("name")].isupper() or bool(_UNIT.match(plain, person.start("name")))  # "ba cụm"


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
        if verb.start() > offset and text[verb.start()].islower() and not _inside_name(text[offset:260], verb, offset):
            unit = _asked(text[offset : verb.start()].split(":")[0]).strip(" ,:-")
            return (unit, text[verb.start() :].strip()) if unit else None
    return None


_ASKING = Lexicon(r"^.*\s(?:đề nghị|yêu cầu|giao)\s+(?=\S)")


def _asked(text: str) -> str:
    """ "Công đoàn xã đề nghị mỗi CĐCS": who is asked has the duty, not who asks."""
    match = _ASKING.search(text)
    return text[match.end() :] if match else text


_NAMED_BY_WORK = Lexicon(
    r"^(?:chỉ đạo|tổ chức|kiểm tra|tuyên truyền|thực hiện|phụ trách|quản lý|làm|xây dựng|vận động|giám sát)$"
)
_HOLDERS = Lexicon(r"(?:^|\s)(?:ban|tổ|ủy ban|uỷ ban|tiểu ban|đội|bộ phận|cán bộ|người|công tác)$")


def _inside_name(text: str, verb: "re.Match[str]", offset: int) -> bool:
    """ "Ban chỉ đạo", "tổ kiểm tra", "cán bộ làm công tác …": work that belongs to the name."""
    before = text[: verb.start() - offset].rstrip()
    return bool(_NAMED_BY_WORK.search(verb.group()) and _HOLDERS.search(before))
