"""Danh bạ: name and telephone that somebody gave when the platform asked for them. Nothing is taken over unasked."""

from __future__ import annotations

from campaign import audit
from campaign.message import Choice
from campaign.organisation import phones
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.text import clean_name
from handlers.context import HOME, Actions, Context, Steps, Words, number
from handlers.joining import NAMELESS
from storage.models import Unit

NAMED = "Cảm ơn anh/chị. Hệ thống ghi tên {name}. Sửa tên trong mục Dữ liệu của tôi."
ASK = "Anh/chị cho phép ghi số {phone} làm số liên hệ của {unit}? Cấp trên sẽ thấy số này khi cần gọi."
WRITTEN = "Đã ghi số {phone} làm số liên hệ của {unit}. Cảm ơn anh/chị!"
NOT_WRITTEN = "Hệ thống không lưu số điện thoại của anh/chị."
OLD = "Anh/chị gửi lại số điện thoại để ghi."


def take(context: Context) -> None:
    """Of a person who has consented: the name where there was none yet, the number only after a question."""
    person, given = context.person, context.event.details
    assert person is not None
    name = clean_name(given.get("name", ""))
    if name and person.name == NAMELESS:
        person.name = name
        context.session.add(person)
        audit.note(context.session, context.now, "person.renamed", f"person:{person.id}", person_id=person.id)
        context.say(NAMED.format(name=name))
    phone, mine = phones.normalise(given.get("phone", "")), context.units()
    if phone is None or len(mine) != 1 or mine[0].contact_phone == phone:
        return
    context.go("contact", phone=phone)
    yes = Choice("Ghi số này", f"contact:{mine[0].id}")
    context.say(ASK.format(phone=phones.national(phone), unit=mine[0].name), (yes, Choice("Không ghi", "nocontact")))


def write(context: Context, argument: str) -> None:
    unit, phone = context.session.get(Unit, number(argument)), str(context.data.get("phone", ""))
    if context.step != "contact" or unit is None or not phone or not context.may(Right.REPORT, unit.id):
        raise Refusal("contact.old", OLD)
    assert context.person is not None
    unit.contact_phone, unit.contact_name = phone, context.person.name
    context.session.add(unit)
    audit.note(context.session, context.now, "unit.contact", f"unit:{unit.code}", person_id=context.person_id)
    context.leave()
    context.say(WRITTEN.format(phone=phones.national(phone), unit=unit.name), (HOME,))


def drop(context: Context, _: str = "") -> None:
    if context.step == "contact":
        context.leave()
    context.say(NOT_WRITTEN, (HOME,))


ACTIONS: Actions = {"contact": write, "nocontact": drop}
WORDS: Words = {}
STEPS: Steps = {}
