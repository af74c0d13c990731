"""What is enforced, as data. Where sources disagree the stricter reading is the default."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
"""Never stated officially, but there is only one zone in the country."""


@dataclass
class Limits:
    text: int = 2000
    """Characters as they come: decomposed Vietnamese counts every mark, so a client must compose first."""
    buttons: int = 5
    button_title: int = 100
    payload: int = 1000
    page: int = 10
    """Most items of a listing of messages."""
    people_page: int = 50
    people_offset: int = 9951
    members_at_once: int = 99
    image_bytes: int = 1_000_000
    gif_bytes: int = 5_000_000
    file_bytes: int = 5_000_000
    file_types: tuple[str, ...] = ("pdf", "doc", "docx", "csv")
    uploads_a_month: int = 5000
    asset_life: timedelta = timedelta(days=7)
    free_window: timedelta = timedelta(hours=48)
    free_messages: int | None = 8
    """In each free window; None: as many as one likes (one source, since 2026-01-01)."""
    paid_window: timedelta = timedelta(days=7)
    reply_price: int = 55
    template_price: int = 200
    idle: timedelta = timedelta(days=45)
    access_life: timedelta = timedelta(seconds=90_000)
    refresh_life: timedelta = timedelta(days=90)
    code_life: timedelta = timedelta(minutes=10)
    dissolve_after: timedelta = timedelta(days=45)
    url_life: timedelta | None = None
    """Of the address of a photo people sent; not documented."""
    per_minute: int | None = 4000
    """Requests of one app in any 60 seconds; packages of an OA allow less (100 for the small one)."""
    group_image_urls: bool = False
    """May a picture for a group be named by an address? Reported as unreliable, so it is refused."""
