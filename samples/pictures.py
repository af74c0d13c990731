"""Photos for the demo, drawn when needed: nothing to store, nobody's face, the same seed the same bytes."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random

from PIL import ExifTags, Image, ImageOps

from samples import indoors, outdoors
from samples.brush import Brush

LOCAL = timezone(timedelta(hours=7))  # Việt Nam has no summer time; EXIF stores an offset, not a zone
FIRST_DAY = datetime(2027, 4, 25, 7, 30, tzinfo=LOCAL)

_SCENES: dict[str, Callable[[Brush, Random], None]] = {
    "bang-ron": outdoors.gate,
    "mu-bao-ho": indoors.workshop,
    "doi-thoai": indoors.dialogue,
    "hien-mau": indoors.blood_donation,
    "hoi-thao": outdoors.sports,
    "bua-com": indoors.canteen,
    "co-phuon": outdoors.street,
    "chua-chay": outdoors.fire_drill,
}

NAMES: tuple[str, ...] = tuple(_SCENES)

CAPTIONS: dict[str, str] = {
    "bang-ron": "Băng rôn hưởng ứng Tháng Công nhân treo tại cổng công ty, sáng 25/4/2027.",
    "mu-bao-ho": "Tổ sản xuất kiểm tra mũ, áo bảo hộ trước khi vào ca.",
    "doi-thoai": "Người lao động nêu ý kiến tại buổi đối thoại tháng 5.",
    "hien-mau": "Đoàn viên tham gia Ngày hội hiến máu “Giọt hồng người thợ”.",
    "hoi-thao": "Hai đội kéo co tranh giải tại hội thao công nhân, lao động tỉnh Lam Giang.",
    "bua-com": "Bữa cơm Công đoàn tại nhà ăn ca ngày thứ Năm.",
    "co-phuon": "Cờ phướn Tháng Công nhân trên tuyến đường trung tâm phường Lam Thành.",
    "chua-chay": "An toàn, vệ sinh viên thực hành dùng bình chữa cháy.",
}

# A point in the open sea: a photo that leaks it gives nobody's home away.
_AT_SEA: dict[int, str | tuple[float, float, float]] = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (18.0, 30.0, 0.0),
    ExifTags.GPS.GPSLongitudeRef: "E",
    ExifTags.GPS.GPSLongitude: (107.0, 15.0, 0.0),
}


def draw(
    name: str,
    *,
    seed: int = 0,
    size: tuple[int, int] = (1600, 1200),
    taken_at: datetime | None = None,
    gps: bool = False,
) -> bytes:
    """A JPEG of one of `NAMES` as a phone would send it.

    Another seed is another photo of the same event. A `taken_at` without a zone is Việt Nam time; left out,
    it is the first morning of the sample campaign, one minute later for each seed. `gps` adds a place, so
    that stripping it can be tried.
    """
    rng = Random(f"{name}:{seed}")
    brush = Brush()
    _SCENES[name](brush, rng)
    photo = ImageOps.fit(brush.photograph(rng), size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=86, exif=_exif(taken_at or FIRST_DAY + timedelta(minutes=seed), gps=gps))
    return out.getvalue()


def _exif(taken_at: datetime, *, gps: bool) -> Image.Exif:
    local = taken_at.astimezone(LOCAL) if taken_at.tzinfo else taken_at
    stamp = local.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Lam Giang"
    exif[ExifTags.Base.Model] = "Phone"
    exif[ExifTags.Base.DateTime] = stamp
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = stamp
    details[ExifTags.Base.OffsetTimeOriginal] = "+07:00"
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(_AT_SEA)
    return exif
