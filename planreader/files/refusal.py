"""What we say when a file cannot be read: one sentence with the next step, and a code for the log."""

MAX_FILE = 30 * 1024 * 1024
"""Bytes. A plan of 60 pages with pictures stays under 10 MB; chat platforms stop at 20 to 50."""
MAX_TEXT = 2_000_000
"""Characters: some 600 pages. Longer is not a plan, and everything after the reader is bounded by it."""

SENTENCES = {
    "empty": "Tệp trống, chưa có nội dung. Anh/chị mở lại tệp để kiểm tra rồi gửi lại bản đầy đủ.",
    "too_large": "Tệp quá lớn nên chưa đọc được. Anh/chị gửi riêng phần kế hoạch, dưới 30 MB và 600 trang.",
    "too_heavy": "Tệp nặng bất thường nên hệ thống đã dừng đọc. "
    "Anh/chị mở tệp, lưu lại thành tệp Word mới (.docx) rồi gửi lại.",
    "encrypted": "Tệp có mật khẩu nên chưa đọc được. Anh/chị bỏ mật khẩu rồi gửi lại.",
    "broken": "Tệp bị hỏng hoặc tải chưa hết. Anh/chị mở lại bằng Word, chọn Lưu thành .docx rồi gửi lại.",
    "scan": "Tệp là bản chụp, chưa có chữ để đọc. Anh/chị gửi bản Word (.docx) hoặc dán nội dung vào đây.",
    "picture": "Đây là ảnh, chưa đọc được chữ. Anh/chị gửi bản Word (.docx) hoặc dán nội dung vào đây.",
    "archive": "Đây là tệp nén. Anh/chị giải nén rồi gửi từng tệp kế hoạch.",
    "unsupported": "Loại tệp này chưa đọc được. Anh/chị mở tệp, chọn Lưu thành .docx rồi gửi lại.",
    "old_word": "Tệp Word đời cũ này chưa đọc được. Anh/chị mở bằng Word, chọn Lưu thành .docx rồi gửi lại.",
    "not_text": "Tệp không có nội dung đọc được. Anh/chị gửi bản Word (.docx), PDF có chữ hoặc dán nội dung vào đây.",
    "not_vietnamese": "Nội dung không phải tiếng Việt hoặc bị lỗi phông chữ. "
    "Anh/chị mở tệp, đổi sang phông Times New Roman (Unicode) rồi gửi lại.",
}


class Unreadable(Exception):
    """A file we refuse; `sentence` goes to the person who sent it, `code` to the log."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.sentence = sentence
        self.code = code


def refusal(code: str) -> Unreadable:
    return Unreadable(sentence=SENTENCES[code], code=code)
