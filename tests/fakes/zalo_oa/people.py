"""What people do in private: they follow, write, send pictures, press, read, and ask to be forgotten."""

import hashlib
from collections.abc import Sequence

from tests.fakes.telegram.pictures import jpeg

from . import windows
from .state import JSON, Button, Message, Person, Place
from .webhook import Delivery
from .world import World

Picture = bytes | None
"""None: a new one is made."""


class People(World):
    # Who there is

    def user(self, name: str = "Lan", *, follows: bool = False, phone: str = "", admin: bool = False) -> Person:
        """Somebody with Zalo. ``follows``: already, before anybody listened. ``admin``: of the OA."""
        person = Person(self.big_id(), self.big_id(), name, phone=phone, is_admin=admin)
        self.people[person.id] = person
        if follows or admin:
            person.follower = True
            windows.interact(self, person)
        return person

    # In private

    def follow(self, person: Person, source: str = "oa_profile") -> Delivery:
        person.follower = True
        windows.interact(self, person)
        return self._push(self.author().follower("follow", person, self.stamp(), source), person)

    def unfollow(self, person: Person) -> Delivery:
        """Zalo then keeps the OA out until the person comes back by themselves."""
        person.follower, person.interacted = False, None
        return self._push(self.author().follower("unfollow", person, self.stamp(), "oa_profile"), person)

    def chatnow(self, person: Person) -> Delivery:
        """The button "Nhắn tin", the first time: opens the right to write as well."""
        windows.interact(self, person)
        return self._push(self.author().about_user("user_click_chatnow", person, self.stamp()), person)

    def write(self, person: Person, text: str, *, quote: Message | None = None) -> Message:
        windows.interact(self, person)
        return self.speak(person, person, "text", text, quote=quote)

    def send_photo(self, person: Person, *photos: Picture, caption: str = "", together: bool = False) -> list[Message]:
        """One event a picture, or all as attachments of one event; the caption stands on the first."""
        windows.interact(self, person)
        return self.show(person, person, photos or (None,), caption, together=together)

    def send_file(self, person: Person, name: str, data: bytes, mime: str = "application/octet-stream") -> Message:
        windows.interact(self, person)
        return self.hand_over(person, person, name, data, mime)

    def send_other(self, person: Person, kind: str, payload: JSON) -> Message:
        """link, audio, video, sticker, gif, location or business_card, with the payload it is shown with."""
        windows.interact(self, person)
        return self.speak(person, person, kind, "", [{"type": kind, "payload": payload}])

    def press(self, person: Person, message: Message, label: str) -> Message | None:
        """Taps a button of a message of the OA: a query comes back as the person's own text; others stay on the phone.

        Raises LookupError when there is no such button on that message, or the message is not theirs.
        """
        button = next((b for b in message.buttons if b.title == label), None)
        if button is None or message.place is not person:
            raise LookupError(f"no button {label!r} among {message.labels}")
        return self.write(person, str(button.payload)) if _is_query(button) else None

    def submit_info(
        self, person: Person, name: str = "", phone: str = "84912345678", place: str = "1 Tràng Thi"
    ) -> Delivery:
        """Answers ``request_user_info``."""
        person.phone, person.shared = phone, {"name": name or person.name, "phone": phone, "address": place}
        info = self.author().info(person, name or person.name, phone, place)
        return self._push(self.author().from_user("user_submit_info", person, self.stamp(), info=info), person)

    def read(self, person: Person, *messages: Message) -> None:
        """Receipts of a phone: received one by one, seen together."""
        for message in messages:
            body = {"msg_id": message.id}
            self._push(self.author().from_user("user_received_message", person, self.stamp(), message=body), person)
        ids = {"msg_ids": [message.id for message in messages]}
        self._push(self.author().from_user("user_seen_message", person, self.stamp(), message=ids), person)

    def react(self, person: Person, message: Message, icon: str = "/-heart") -> Delivery:
        message.reactions.append((person.id, icon))
        body = {"msg_id": message.id, "react_icon": icon}
        return self._push(self.author().from_user("user_reacted_message", person, self.stamp(), message=body), person)

    def withdraw(self, person: Person) -> Delivery:
        """Asks Zalo that everybody forget them."""
        return self._push(self.author().about_user("user_withdraw", person, self.stamp()), person)

    def any_event(self, event: str, person: Person | None = None, **fields: object) -> Delivery:
        """An event of whatever name: new ones appear without notice."""
        body = {"app_id": self.app_id, "oa_id": self.oa_id, "event_name": event, "timestamp": self.stamp(), **fields}
        return self.webhook.push(body, person.id if person else event)

    # What makes people out of reach

    def goes_silent(self, person: Person) -> None:
        """Opens Zalo no more; after 45 days the OA is refused."""
        person.silent_since = self.now()

    def restrict(self, person: Person, kind: str = "cs") -> None:
        """Forbids this kind of message in the settings of the OA's chat: ``cs`` or ``template``."""
        person.restricts.add(kind)

    # A human at the console

    def admin_writes(self, person: Person, text: str) -> Message:
        """An editor of the OA answers by hand; the bot sees it as an echo with ``admin_id``."""
        message = self.keep(Message(self.hex_id("message"), person, None, self.now(), "text", text))
        event = self.author().said(message, self.stamp(), {"msg_id": message.id, "text": text})
        event["sender"]["admin_id"] = "admin-1"
        self._push(event, person)
        return message

    # Pieces the groups share

    def speak(
        self,
        person: Person,
        place: Place,
        kind: str,
        text: str,
        attachments: Sequence[JSON] = (),
        quote: Message | None = None,
    ) -> Message:
        message = Message(self.hex_id("message"), place, person, self.now(), kind, text, list(attachments), quote=quote)
        self.keep(message)
        self.tell(message)
        return message

    def show(
        self, person: Person, place: Place, photos: Sequence[Picture], caption: str, *, together: bool
    ) -> list[Message]:
        shown = [self._picture(photo) for photo in photos]
        if together:
            return [self.speak(person, place, "image", caption, shown)]
        return [
            self.speak(person, place, "image", "" if number else caption, [one]) for number, one in enumerate(shown)
        ]

    def hand_over(self, person: Person, place: Place, name: str, data: bytes, mime: str) -> Message:
        url = self.host_picture(data, name, mime)
        ending = name.rpartition(".")[2]
        payload = {"url": url, "name": name, "size": str(len(data)), "type": ending, "checksum": md5(data)}
        return self.speak(person, place, "file", "", [{"type": "file", "payload": payload}])

    def _picture(self, data: Picture) -> JSON:
        url = self.host_picture(data if data is not None else jpeg(seed=self.serial()), "photo.jpg")
        return {"type": "image", "payload": {"url": url, "thumbnail": url}}

    def _push(self, body: JSON, person: Person) -> Delivery:
        return self.webhook.push(body, person.id)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _is_query(button: Button) -> bool:
    return button.type in ("oa.query.show", "oa.query.hide")
