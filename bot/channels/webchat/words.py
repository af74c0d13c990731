"""What the web chat itself says; the bot's own words come through the channel."""

NO_SESSION = "Phiên trò chuyện đã hết. Mở lại đường dẫn trong thư mời để vào tiếp."
NO_ROOM = "Không vào được nhóm này. Chọn nhóm khác ở phía trên, hoặc hỏi cán bộ phụ trách."
FOREIGN_PAGE = "Không nhận được yêu cầu từ trang khác. Mở lại trang trò chuyện rồi thử lại."
TOO_MANY = "Thao tác hơi nhanh. Chờ một phút rồi thử lại."
NOT_UNDERSTOOD = "Không đọc được tin vừa gửi. Tải lại trang rồi gửi lại."
EMPTY = "Nhập nội dung hoặc chọn ảnh rồi bấm Gửi."
TEXT_TOO_LONG = "Tin dài quá 20.000 chữ. Chia thành vài tin ngắn rồi gửi lại."
NO_FILE = "Chọn ít nhất một ảnh hoặc tệp rồi bấm Gửi."
TOO_MANY_FILES = "Mỗi lần gửi được 10 ảnh hoặc tệp. Bớt lại rồi gửi làm nhiều lần."
FILE_TOO_LARGE = "Tệp “{name}” lớn hơn 50 MB nên chưa gửi được. Chọn tệp nhỏ hơn, hoặc gửi đường dẫn tải."
FILE_EMPTY = "Tệp “{name}” không có nội dung. Chọn lại tệp khác rồi gửi."
NOT_JOINED = "Vào bằng thư mời và bấm Đồng ý trước, rồi gửi ảnh."
BUTTON_GONE = "Nút này không còn dùng được. Xem tin mới nhất ở cuối trang."
BUSY = "Máy chủ đang bận, tin chưa gửi được. Chờ một phút rồi bấm Gửi lại."
DISK_FULL = "Máy chủ hết chỗ chứa nên chưa nhận được. Báo giúp cán bộ phụ trách rồi gửi lại sau."
NO_FILE_THERE = "Không tìm thấy tệp này."
BAD_CODE = "Mã mời chỉ gồm chữ không dấu, số và dấu gạch ngang. Xem lại thư mời rồi nhập lại."
STRANGER = "Khách"
TAKEN_BACK = "Tin này đã được thu hồi."
NOBODY_THERE = "Người này không còn dùng trò chuyện trên web."
NO_DEED = "Trang trò chuyện không bày tỏ cảm xúc được. Gửi tin mới thay vào."
NOTHING = "Tin không có chữ nào. Viết nội dung rồi gửi lại."
NO_SUCH_FILE = "Không tìm thấy ảnh hoặc tệp kèm theo. Đính kèm lại rồi gửi."

_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def weekday(number: int) -> str:
    """``number`` as date.weekday()."""
    return _DAYS[number]


def size_text(count: int) -> str:
    """Bytes as people read them, with a decimal comma."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")
