"""The nouns of the fake: people, groups, packages, uploads, messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

JSON = dict[str, Any]

GROUP_SIZES = {"gmf10": 10, "gmf50": 50, "gmf100": 100, "gmf1000": 1000}


@dataclass(eq=False)
class Person:
    id: str
    """Of this OA alone, and beyond 2**53."""
    by_app: str
    name: str
    follower: bool = False
    interacted: datetime | None = None
    free_used: int = 0
    """Free messages of the OA since ``interacted``."""
    silent_since: datetime | None = None
    """Has not opened Zalo at all since then."""
    banned: bool = False
    restricts: set[str] = field(default_factory=set)
    """Kinds of message refused: ``cs``, ``template``."""
    blocks_invites: bool = False
    is_admin: bool = False
    phone: str = ""
    alias: str = ""
    tags: list[str] = field(default_factory=list)
    shared: JSON = field(default_factory=dict)


@dataclass(eq=False)
class Package:
    """A GMF asset: it pays for one group."""

    id: str
    kind: str
    valid_through: date
    """The last day, local."""
    auto_renew: bool = False
    quota_type: str = "purchase_quota"
    group: "Group | None" = None
    disabled: bool = False

    def to_json(self) -> JSON:
        return {
            "asset_id": self.id,
            "asset_type": self.kind,
            "valid_through": f"{self.valid_through:%d/%m/%Y}",
            "auto_renew": self.auto_renew,
        }


@dataclass(eq=False)
class Group:
    id: str
    name: str
    package: Package
    description: str = ""
    avatar: str = ""
    members: dict[str, Person] = field(default_factory=dict)
    deputies: set[str] = field(default_factory=set)
    waiting: dict[str, Person] = field(default_factory=dict)
    """Asked to join, and wait to be let in."""
    settings: dict[str, bool] = field(
        default_factory=lambda: {
            "lock_send_msg": False,
            "join_appr": True,
            "enable_msg_history": True,
            "enable_link_join": True,
        }
    )
    gone: bool = False
    """Disbanded, or the OA is no longer in it."""

    @property
    def link(self) -> str:
        return f"https://zalo.me/g/{self.id[:9]}"

    @property
    def full(self) -> bool:
        return len(self.members) >= GROUP_SIZES[self.package.kind]


Place = Person | Group


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request."""

    name: str
    data: bytes


@dataclass(eq=False)
class Asset:
    """Something uploaded: known by an attachment id (pictures) or a token (files)."""

    id: str
    kind: str
    """image, gif or file."""
    upload: Upload
    at: datetime


@dataclass(frozen=True)
class Button:
    title: str
    type: str
    payload: Any


@dataclass(eq=False)
class Message:
    id: str
    place: Place
    sender: Person | None
    """None: the OA."""
    at: datetime
    kind: str
    """text, image, gif, sticker, file, request_user_info, template, or what a person sends besides."""
    text: str = ""
    attachments: list[JSON] = field(default_factory=list)
    """As webhooks show them."""
    asset: Asset | None = None
    url: str = ""
    """Of a picture sent by address."""
    buttons: list[Button] = field(default_factory=list)
    quote: "Message | None" = None
    mentions: list[str] = field(default_factory=list)
    """Ids of ``[@id]``; the group's own id means everybody."""
    template: JSON = field(default_factory=dict)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """(who, icon); the OA is called ``OA``."""
    price: int = 0
    """Đồng."""
    quota: str = ""
    lost: bool = False
    """The client never heard that it arrived."""

    @property
    def uploaded(self) -> bytes:
        return self.asset.upload.data if self.asset else b""

    @property
    def file_name(self) -> str:
        return self.asset.upload.name if self.asset else ""

    @property
    def labels(self) -> list[str]:
        return [button.title for button in self.buttons]


@dataclass(frozen=True)
class Call:
    """One request of any kind, as it was answered. ``status`` 0: the line was cut or hung."""

    at: float
    host: str
    """api, oauth, business or media."""
    verb: str
    path: str
    values: JSON
    headers: Mapping[str, str]
    status: int
    code: int | None


@dataclass(frozen=True)
class Send:
    """One attempt to send a message; ``at`` in monotonic seconds, ``to`` a person's, group's or phone number."""

    at: float
    path: str
    to: str
    code: int | None
    """0: taken; None: the line was cut or hung."""
