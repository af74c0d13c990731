"""The words that generated plans are made of: invented places and people, ordinary union work."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Issuer:
    own: str
    """Full name in ordinary letters."""
    parent: str
    place: str
    symbol: str
    """Behind the kind of document: the LĐLĐ of 46/KH-LĐLĐ."""
    members: str
    """Whom the plan is for."""
    office: str
    """Who collects reports."""
    accept: tuple[str, ...] = ()
    authority: str = "TM. BAN THƯỜNG VỤ"
    departments: tuple[str, ...] = field(
        default=("Ban Tuyên giáo - Nữ công", "Văn phòng", "Ban Tổ chức - Kiểm tra", "Ban Chính sách - Pháp luật")
    )


ISSUERS = (
    Issuer(
        "Liên đoàn Lao động tỉnh Trà Sơn",
        "Tổng Liên đoàn Lao động Việt Nam",
        "Trà Sơn",
        "LĐLĐ",
        "Các công đoàn cơ sở",
        "LĐLĐ tỉnh",
        ("LĐLĐ tỉnh Trà Sơn", "Liên đoàn Lao động tỉnh"),
    ),
    Issuer(
        "Liên đoàn Lao động thành phố Hải Bình",
        "Tổng Liên đoàn Lao động Việt Nam",
        "Hải Bình",
        "LĐLĐ",
        "Công đoàn các khu công nghiệp và công đoàn ngành",
        "LĐLĐ thành phố",
        ("LĐLĐ thành phố Hải Bình",),
    ),
    Issuer(
        "Công đoàn phường Kim Giang",
        "Liên đoàn Lao động thành phố Hải Bình",
        "Kim Giang",
        "CĐP",
        "Các CĐCS trực thuộc",
        "Công đoàn phường",
        ("Công đoàn phường",),
        "TM. BAN CHẤP HÀNH",
        ("Tổ Tuyên giáo", "Ủy ban Kiểm tra", "Ban Nữ công quần chúng"),
    ),
    Issuer(
        "Công đoàn xã Mường Lân",
        "Liên đoàn Lao động tỉnh Trà Sơn",
        "Mường Lân",
        "CĐX",
        "Các công đoàn cơ sở trên địa bàn",
        "Công đoàn xã",
        ("Công đoàn xã",),
        "TM. BAN CHẤP HÀNH",
        ("Bộ phận Tuyên giáo", "Ủy ban Kiểm tra"),
    ),
    Issuer(
        "Công đoàn ngành Giáo dục tỉnh Trà Sơn",
        "Liên đoàn Lao động tỉnh Trà Sơn",
        "Trà Sơn",
        "CĐGD",
        "Công đoàn các nhà trường",
        "Văn phòng Công đoàn ngành",
        ("CĐGD tỉnh Trà Sơn", "Công đoàn Giáo dục tỉnh Trà Sơn", "Công đoàn ngành Giáo dục"),
    ),
    Issuer(
        "Công đoàn Y tế tỉnh Vân Đông",
        "Liên đoàn Lao động tỉnh Vân Đông",
        "Vân Đông",
        "CĐYT",
        "Các CĐCS bệnh viện, trung tâm y tế",
        "Công đoàn ngành",
        ("Công đoàn ngành Y tế tỉnh Vân Đông",),
    ),
    Issuer(
        "Công đoàn Trường Đại học Nông Lâm Vân Đông",
        "Công đoàn Giáo dục Việt Nam",
        "Vân Đông",
        "CĐTr",
        "Các công đoàn bộ phận",
        "Văn phòng Công đoàn Trường",
        ("CĐCS Trường Đại học Nông Lâm Vân Đông", "Công đoàn Trường"),
        "TM. BAN CHẤP HÀNH",
        ("Ban Tuyên giáo Công đoàn Trường", "Ban Nữ công Công đoàn Trường", "Ban Văn thể Công đoàn Trường"),
    ),
    Issuer(
        "CĐCS Công ty TNHH May Phú Tân",
        "Công đoàn các khu công nghiệp tỉnh Vân Đông",
        "Vân Đông",
        "CĐCS",
        "Các tổ công đoàn",
        "BCH Công đoàn Công ty",
        ("Công đoàn Công ty TNHH May Phú Tân", "Công đoàn Công ty"),
        "TM. BAN CHẤP HÀNH",
        ("Tổ truyền thông", "Ban Nữ công", "Mạng lưới an toàn, vệ sinh viên"),
    ),
    Issuer(
        "Công đoàn các khu công nghiệp tỉnh Trà Sơn",
        "Liên đoàn Lao động tỉnh Trà Sơn",
        "Trà Sơn",
        "CĐKCN",
        "CĐCS các doanh nghiệp",
        "Công đoàn các KCN",
        ("Công đoàn các KCN tỉnh Trà Sơn",),
    ),
    Issuer(
        "Liên đoàn Lao động huyện Bình Khê",
        "Liên đoàn Lao động tỉnh Vân Đông",
        "Bình Khê",
        "LĐLĐ",
        "Các CĐCS trong huyện",
        "LĐLĐ huyện",
        ("LĐLĐ huyện Bình Khê", "Liên đoàn Lao động huyện"),
    ),
)

NAMES = (
    "Lò Thị Mai",
    "Đặng Quốc Khánh",
    "Nguyễn Hữu Phước",
    "Trịnh Thu Hằng",
    "Võ Minh Trí",
    "Hoàng Thị Ngân",
    "Bùi Văn Lộc",
)
DEGREES = ("", "", "", "", "ThS. ", "TS. ")
POSITIONS = ("CHỦ TỊCH", "PHÓ CHỦ TỊCH", "PHÓ CHỦ TỊCH THƯỜNG TRỰC")

SUBJECTS = (
    "Tuyên truyền Tháng Công nhân năm {y}",
    "Truyền thông các hoạt động Tháng Công nhân và Tháng hành động về An toàn, vệ sinh lao động năm {y}",
    "Tổ chức các hoạt động hưởng ứng Tháng Công nhân năm {y}",
    "Công tác thông tin, tuyên truyền của tổ chức công đoàn năm {y}",
    "Tuyên truyền chào mừng các ngày lễ lớn trong Quý II năm {y}",
)

SLOGANS = (
    "Đoàn viên công đoàn tự hào, trách nhiệm, sáng tạo",
    "Công đoàn đồng hành - Người lao động an tâm",
    "Chủ động phòng ngừa tai nạn, giữ trọn mái ấm gia đình",
    "Nhiệt liệt hưởng ứng Tháng Công nhân năm {y}",
    "Hưởng ứng Tháng hành động về An toàn, vệ sinh lao động năm {y}",
    "Mỗi ca làm việc - Một ca an toàn",
    "Thi đua lao động giỏi, lao động sáng tạo, xây dựng quê hương giàu đẹp",
    "Vì việc làm bền vững, vì đời sống tốt hơn của người lao động",
    "Toàn thể đoàn viên, người lao động tích cực học tập nâng cao tay nghề, tác phong công nghiệp",
    "Nói không với vi phạm quy trình an toàn trong sản xuất",
    "Tinh thần Ngày Quốc tế Lao động 1/5 sống mãi",
    "Vinh quang giai cấp công nhân Việt Nam",
    "Xây dựng tổ chức công đoàn vững mạnh, gần đoàn viên, sát cơ sở",
    "Dân chủ - Kỷ cương - Đoàn kết - Phát triển",
)
THEMES = (
    "Công nhân tiên phong, doanh nghiệp phát triển",
    "Gắn kết đoàn viên - Lan tỏa yêu thương",
    "Tăng năng suất, giữ an toàn, nâng thu nhập",
    "Nâng cao văn hóa an toàn trong từng vị trí làm việc",
    "Nhận diện rủi ro, phòng ngừa sự cố ngay từ khâu thiết kế công việc",
)
DECOYS = (
    "Phối hợp tổ chức Cuộc thi “Ảnh đẹp công nhân” theo hướng dẫn riêng.",
    "Tiếp tục triển khai Chương trình “Bữa cơm công đoàn” và Quỹ “Tấm lòng vàng”.",
    "Lồng ghép giới thiệu Giải thưởng “Cán bộ công đoàn tiêu biểu” lần thứ III.",
    "Thống nhất dùng hashtag #CongDoan #ThangCongNhan khi đăng tin.",
)
COMMEMORATIONS = (
    ("Ngày Giải phóng miền Nam, thống nhất đất nước", 30, 4, 1975),
    ("Ngày Quốc tế Lao động", 1, 5, 1886),
    ("Chiến thắng Điện Biên Phủ", 7, 5, 1954),
    ("Ngày sinh Chủ tịch Hồ Chí Minh", 19, 5, 1890),
    ("Ngày thành lập Công đoàn Việt Nam", 28, 7, 1929),
    ("Ngày Bác Hồ ra đi tìm đường cứu nước", 5, 6, 1911),
    ("Ngày Báo chí Cách mạng Việt Nam", 21, 6, 1925),
)
ACTIVITIES = (
    "Lễ phát động Tháng Công nhân",
    "Treo băng rôn, phướn tại trụ sở và các cổng ra vào",
    "Hội thi cán bộ công đoàn giỏi",
    "Tọa đàm về văn hóa an toàn trong doanh nghiệp",
    "Khám sức khỏe cho nữ đoàn viên",
    "Giải bóng chuyền hơi",
    "Đăng tải tin, bài trên Trang thông tin điện tử",
    "Ngày hội tư vấn pháp luật lưu động",
    "Thăm, tặng quà đoàn viên có hoàn cảnh khó khăn",
    "Tập huấn kỹ năng viết tin, chụp ảnh",
    "Phát thanh nội bộ về chế độ, chính sách lao động",
    "Trao nhà “Mái ấm Công đoàn”",
    "Cuộc thi trực tuyến “Tìm hiểu Luật Công đoàn”",
    "Chương trình văn nghệ công nhân",
)
PLACES = (
    "Hội trường tầng 2",
    "Nhà văn hóa lao động",
    "Quảng trường trung tâm",
    "sân vận động phường",
    "Trung tâm hội nghị",
)
PARTNERS = (
    "Đoàn Thanh niên",
    "Phòng Văn hóa - Xã hội",
    "Trung tâm Y tế",
    "Báo và Đài Phát thanh - Truyền hình",
    "Ban Quản lý các KCN",
)
TASKS = (
    "Chủ trì tham mưu, theo dõi, đôn đốc việc thực hiện Kế hoạch",
    "Phối hợp với các cơ quan báo chí đăng tải tin, bài về phong trào công nhân",
    "Bảo đảm kinh phí và cơ sở vật chất phục vụ các hoạt động",
    "Thẩm định nội dung tin, bài trước khi đăng tải",
    "Căn cứ điều kiện thực tế xây dựng kế hoạch, tổ chức thực hiện tại đơn vị",
    "Vận động đoàn viên tham gia đầy đủ các hoạt động do công đoàn cấp trên tổ chức",
    "Thiết kế mẫu băng rôn, pa nô và gửi các đơn vị dùng thống nhất",
    "Kiểm tra việc chấp hành quy định an toàn khi treo cờ, băng rôn",
    "Tổng hợp gương điển hình, đề xuất khen thưởng theo quy định",
    "Cập nhật thường xuyên thông tin trên nhóm Zalo cán bộ công đoàn",
)
AIMS = (
    "Tạo không khí thi đua sôi nổi, thiết thực chăm lo đời sống vật chất, tinh thần của đoàn viên, người lao động.",
    "Các hoạt động tuyên truyền phải phù hợp với điều kiện của từng đơn vị, bảo đảm tiết kiệm, hiệu quả, an toàn.",
    "Nâng cao nhận thức của người sử dụng lao động và người lao động về quyền, trách nhiệm của mỗi bên.",
    "Phát huy vai trò của đội ngũ cán bộ công đoàn trong thông tin, tuyên truyền tại cơ sở.",
)
RECIPIENTS = (
    "Thường trực công đoàn cấp trên (để b/c)",
    "Đảng ủy (để b/c)",
    "Các đơn vị trực thuộc (để t/h)",
    "Trang thông tin điện tử",
)
