"""The sample federation on a fast clock: what ``make run`` shows on an empty database.

Three people and a group, each on a phone of its own in the hall page; everything they do goes through the same inbox,
rules and outbox as in real life. With ``[demo] enabled = false`` nothing of this exists.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, select

import samples
from bot import demo_clock
from bot.channels.webchat import DemoDoor, seat
from bot.channels.webchat.people import private_room
from bot.clock import Clock
from bot.core import Core, is_empty
from bot.places import WEBCHAT
from campaign import outbox
from campaign.message import Choice, Message
from campaign.organisation import chats, clusters, people, unit_import, units
from campaign.planning import campaigns, plans
from campaign.problems import Refusal
from storage.models import Account, Chat, Person, Unit
from storage.models.organisation import Role

FEDERATION = "Liên đoàn Lao động tỉnh Lam Giang"
START = "2027-04-26T07:27:00+07:00"  # a Monday, three minutes before the day's first message
ROOM = "g:cum-det-may"
CLUSTER = "Cụm Dệt may - Da giày"
EDITOR_HINT = (
    "Đây là điện thoại của biên tập viên. Khi cán bộ gửi ảnh, ảnh hiện ở đây kèm nút Duyệt. "
    "Xem ai chưa nộp: gõ “tiến độ”. Gửi tin cho mọi đơn vị: gõ “gửi thông báo”."
)
OFFICER_HINT = (
    "Đây là điện thoại của một cán bộ công đoàn cơ sở. Việc được giao sẽ tới trong vài giây. "
    "Bấm Gửi ảnh để nộp ảnh bất kỳ, rồi bấm Gửi. Muốn xem các mục, gõ “trang chủ”."
)
CAST = (
    # user, code of the unit, role, who the visitor is, what to try
    ("demo-bien-tap", "LDLD", Role.ADMIN, "Biên tập viên của liên đoàn", EDITOR_HINT),
    ("demo-may", "CS-MAY01", Role.OFFICER, "Cán bộ công đoàn cơ sở", OFFICER_HINT),
    ("demo-giay", "CS-GIAY01", Role.OFFICER, "Cán bộ công đoàn cơ sở", OFFICER_HINT),
)
GREETING = """
  Loa Công Đoàn · bản chạy thử với một liên đoàn tỉnh hư cấu

  Mở trang này:   {address}
      Bốn điện thoại cạnh nhau: biên tập viên, hai cán bộ cơ sở và nhóm của họ.
      Đồng hồ chạy nhanh {speed} lần, bắt đầu sáng thứ Hai 26/4/2027. Trong một phút:
      · khẩu hiệu và việc được giao tới nhóm và từng cán bộ;
      · gửi một ảnh từ một điện thoại, duyệt ảnh đó ở điện thoại biên tập viên;
      · đến 14 giờ, cán bộ chưa gửi nhận bản nhắc; người đã gửi thì không.

  Dùng thật:      sửa config.toml: [demo] enabled = false, và [database] url sang tệp mới
                  rồi xem docs/start.md
  Dừng:           Ctrl+C
"""


def prepare(core: Core) -> Clock:
    """Load the sample where nothing has been entered yet; returns the clock this process must use."""
    with core.database.transaction() as session:
        if is_empty(session):
            start = datetime.fromisoformat(START) if core.settings.clock is None else core.clock.now()
            _load(session, core, start)
            if core.settings.clock is None:
                demo_clock.start(session, start, core.settings.demo.speed)
    if is_sample(core):
        core.settings.federation.name = FEDERATION
    return core.clock if core.settings.clock else demo_clock.resume(core.database)


def is_sample(core: Core) -> bool:
    """Whether the database holds the demo, its cast included, and no unit beside it."""
    with core.database.snapshot() as session:
        cast = people.by_account(session, WEBCHAT, CAST[0][0])
        return cast is not None and {unit.code for unit in session.exec(select(Unit))} == _sample_codes()


def _load(session: Session, core: Core, now: datetime) -> None:
    today = core.hours.day(now)
    unit_import.import_units(session, samples.units_csv(), year=today.year, today=today, now=now, strict=True)
    for user, code, role, *_ in CAST:
        _enter(session, user, code, role, now)
    cluster = clusters.by_name(session, today.year, CLUSTER)
    group = Chat(channel=WEBCHAT, external_id=ROOM, kind="group", title=CLUSTER, created_at=now)
    chats.bind(session, group, cluster_id=cluster.id if cluster else None)
    _start_campaign(session, core, now)
    for user, *_, hint in CAST:
        _greet(session, user, hint)


def _greet(session: Session, user: str, hint: str) -> None:
    chat = chats.find(session, WEBCHAT, private_room(user))
    assert chat is not None
    outbox.say(session, f"demo:{user}", chat, Message(text=hint, choices=(Choice("Trang chủ", "home"),)))


def _enter(session: Session, user: str, code: str, role: Role, now: datetime) -> None:
    """A sample person with a seat in the web chat; the law on consent protects people who exist."""
    unit = units.by_code(session, code)
    assert unit is not None
    assert unit.id is not None
    person = Person(name=unit.contact_name, created_at=now)
    session.add(person)
    session.flush()
    assert person.id is not None
    seat(session, user, person.name, now)
    session.add(Account(channel=WEBCHAT, external_id=user, person_id=person.id, name=person.name))
    chat = chats.meet(session, WEBCHAT, private_room(user), now, group=False)
    chats.bind(session, chat, person_id=person.id)
    people.enter(session, person, unit.id, role, now)


def _sample_codes() -> set[str]:
    with samples.units_csv().open(encoding="utf-8-sig", newline="") as file:
        return {row["Mã"] for row in csv.DictReader(file)}


def _start_campaign(session: Session, core: Core, now: datetime) -> None:
    raw = samples.plan_json().read_bytes()
    root = units.by_code(session, "LDLD")
    assert root is not None
    assert root.id is not None
    campaign = plans.import_plan(
        session,
        json.loads(raw),
        file_name=samples.plan_json().name,
        sha256=hashlib.sha256(raw).hexdigest(),
        unit_id=root.id,
        now=now,
        hours=core.hours,
    )
    try:
        campaigns.activate(session, campaign, person_id=None, now=now, hours=core.hours)
    except Refusal:
        return  # a clock set after the sample's window: the campaign stays to be copied to another year


def doors(core: Core) -> Callable[[], list[DemoDoor]] | None:
    """The phones in the hall; None where the database holds anything but the sample: the doors ask for no password."""
    if not is_sample(core):
        return None
    with core.database.snapshot() as session:
        known = set(session.exec(select(Account.external_id).where(Account.channel == WEBCHAT)).all())
        names = {
            user: person.name
            for user, *_ in CAST
            if user in known and (person := people.by_account(session, WEBCHAT, user))
        }
    if len(names) < len(CAST):
        return None
    phones = [
        DemoDoor(names[user], subtitle, f"/as/{place}/chat", user=user)
        for place, (user, _, _, subtitle, _) in enumerate(CAST, 1)
    ]
    group = DemoDoor(CLUSTER, "Nhóm của hai cán bộ", f"/as/4/chat?room={ROOM}", user=CAST[1][0])
    return lambda: [*phones, group]
