"""The bodies of webhook events, and the places where sources contradict each other, as one ``Dialect``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .state import JSON, Group, Message, Person


@dataclass(frozen=True)
class Dialect:
    """Which of the conflicting names this Zalo uses. The first value is the documented one."""

    left: Literal["user_out_group", "user_leave_group"] = "user_out_group"
    accepted: Literal["accept_request_join_group", "react_request_join_group_accept"] = "accept_request_join_group"
    rejected: Literal["reject_request_join_group", "react_request_join_group_reject"] = "reject_request_join_group"
    group_in: Literal["recipient.id", "recipient.group_id", "message.conversation_id"] = "recipient.id"
    oa_id: Literal["oa_id", "oaId", "oaid"] = "oa_id"
    group_oa_id: bool = True
    """Does a group message carry the OA's id at top level?"""
    address: Literal["nested", "flat"] = "nested"
    """Of ``user_submit_info``: full_address, or the older address/district/city."""
    withdraw: Literal["user_id", "sender"] = "user_id"


OTHER = Dialect(
    left="user_leave_group",
    accepted="react_request_join_group_accept",
    rejected="react_request_join_group_reject",
    group_in="message.conversation_id",
    oa_id="oaId",
    address="flat",
    withdraw="sender",
)
"""Everything the other way round."""


@dataclass(frozen=True)
class Author:
    """Writes events on behalf of one app and one OA. ``stamp`` is milliseconds as a string."""

    app_id: str
    oa_id: str
    dialect: Dialect

    def said(self, message: Message, stamp: str, body: JSON) -> JSON:
        """A message of a person or of the OA, in private or in a group."""
        return (self._in_group if isinstance(message.place, Group) else self._in_private)(message, stamp, body)

    def _in_private(self, message: Message, stamp: str, body: JSON) -> JSON:
        person = message.place
        assert isinstance(person, Person)
        sender, recipient = (person.id, self.oa_id) if message.sender else (self.oa_id, person.id)
        who = "user" if message.sender else "oa"
        return {
            "app_id": self.app_id,
            "sender": {"id": sender},
            "user_id_by_app": person.by_app,
            "recipient": {"id": recipient},
            "event_name": f"{who}_send_{message.kind}",
            "message": body,
            "timestamp": stamp,
        }

    def _in_group(self, message: Message, stamp: str, body: JSON) -> JSON:
        who, sender = ("user", message.sender.id) if message.sender else ("oa", self.oa_id)
        recipient, body = self._group_named(message.place.id, body)
        top: JSON = {self.dialect.oa_id: self.oa_id} if self.dialect.group_oa_id else {}
        return {
            "app_id": self.app_id,
            **top,
            "event_name": f"{who}_send_group_{message.kind}",
            "sender": {"id": sender},
            "recipient": recipient,
            "message": body,
            "timestamp": stamp,
        }

    def _group_named(self, group: str, body: JSON) -> tuple[JSON, JSON]:
        if self.dialect.group_in == "recipient.id":
            return {"id": group}, body
        if self.dialect.group_in == "recipient.group_id":
            return {"group_id": group}, body
        return {"id": self.oa_id}, body | {"conversation_id": group}

    def follower(self, event: str, person: Person, stamp: str, source: str) -> JSON:
        return {
            "oa_id": self.oa_id,
            "follower": {"id": person.id},
            "user_id_by_app": person.by_app,
            "event_name": event,
            "source": source,
            "app_id": self.app_id,
            "timestamp": stamp,
        }

    def about_user(self, event: str, person: Person, stamp: str, **more: object) -> JSON:
        """``user_click_chatnow`` and ``user_withdraw``: the person at top level."""
        body: JSON = {"app_id": self.app_id, "event_name": event, "timestamp": stamp, **more}
        if event == "user_withdraw" and self.dialect.withdraw == "sender":
            return body | {"sender": {"id": person.id}, "recipient": {"id": self.oa_id}}
        return body | {"oa_id": self.oa_id, "user_id": person.id, "user_id_by_app": person.by_app}

    def from_user(self, event: str, person: Person, stamp: str, **more: object) -> JSON:
        """``user_submit_info``, receipts, reactions: the person as sender."""
        return {
            "app_id": self.app_id,
            "sender": {"id": person.id},
            "recipient": {"id": self.oa_id},
            "user_id_by_app": person.by_app,
            "event_name": event,
            "timestamp": stamp,
            **more,
        }

    def of_group(self, event: str, group: Group, users: Iterable[Person], stamp: str, **more: object) -> JSON:
        """Joins, leaves and the like: here ``group_id`` stands at top level."""
        return {
            self.dialect.oa_id: self.oa_id,
            "group_id": group.id,
            "users": [{"id": person.id} for person in users],
            "app_id": self.app_id,
            "event_name": event,
            "timestamp": stamp,
            **more,
        }

    def info(self, person: Person, name: str, phone: str, place: str) -> JSON:
        address: JSON = {"full_address": {"address": place, "city": "Hà Nội", "district": "Ba Đình"}}
        if self.dialect.address == "flat":
            address = {"address": place, "city": "Hà Nội", "district": "Ba Đình"}
        return {"name": name, "phone": phone, "user_dob": "01/05/1980", "gender": "1", **address}
