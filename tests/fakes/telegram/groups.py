"""What happens in groups: the bot comes and goes, titles change, a group becomes a supergroup."""

from collections.abc import Sequence

from .people import People
from .state import ADMIN_RIGHTS, Chat, Content, Member, Message, User

_DEFAULT_RIGHTS = ("can_manage_chat", "can_delete_messages", "can_invite_users", "can_pin_messages")


class Groups(People):
    """``by`` is who does it; left out, the group's creator."""

    def group(
        self,
        title: str,
        members: Sequence[User | int] = (),
        *,
        bot: str | None = "member",
        supergroup: bool = False,
        id: int | None = None,
        username: str = "",
    ) -> Chat:
        """A group as it stands; the first member is its creator.

        ``bot``: "member", "administrator", or None when it has not been added yet. No updates come of it:
        use ``add_bot`` for a bot that comes into a group before our eyes.
        """
        people = [self.person(m) for m in members] or [self.user("Hùng", "Trần")]
        kind = "supergroup" if supergroup else "group"
        chat = Chat(id if id is not None else self._group_id(supergroup), kind, title, username)
        self.chats[chat.id] = chat
        chat.members = {p.id: Member(p, "member") for p in people}
        chat.members[people[0].id].status = "creator"
        if bot is not None:
            self._seat_bot(chat, bot)
        return chat

    def add_bot(
        self,
        chat: Chat | int,
        by: User | int | None = None,
        *,
        as_admin: bool = False,
        code: str | None = None,
    ) -> None:
        """With ``code`` as after a ``?startgroup=CODE`` link: ``/start@bot CODE`` follows."""
        place, actor = self._scene(chat, by)
        old = self.membership(place)
        self._seat_bot(place, "administrator" if as_admin else "member")
        self.membership_changed(place, actor, old, place.members[self.me.id])
        self._service(place, actor, {"new_chat_members": [self.me.to_json()]})
        if code is not None:
            self.start(actor, code, place)

    def remove_bot(self, chat: Chat | int, by: User | int | None = None) -> None:
        """The bot still hears of its own removal, then nothing more."""
        place, actor = self._scene(chat, by)
        old = self.membership(place)
        self._service(place, actor, {"left_chat_member": self.me.to_json()})
        place.members[self.me.id] = Member(self.me, "kicked")
        self.membership_changed(place, actor, old, place.members[self.me.id])

    def promote_bot(
        self, chat: Chat | int, by: User | int | None = None, *, rights: Sequence[str] = _DEFAULT_RIGHTS
    ) -> None:
        unknown = set(rights) - set(ADMIN_RIGHTS)
        if unknown:
            raise LookupError(f"no such rights: {sorted(unknown)}")
        self._change_bot(chat, by, Member(self.me, "administrator", frozenset(rights)))

    def demote_bot(self, chat: Chat | int, by: User | int | None = None) -> None:
        self._change_bot(chat, by, Member(self.me, "member"))

    def silence_bot(self, chat: Chat | int, by: User | int | None = None) -> None:
        """The bot may stay and read but not write: sends fail with "not enough rights"."""
        self._change_bot(chat, by, Member(self.me, "restricted", can_send=False))

    def join(self, chat: Chat | int, user: User | int) -> None:
        person = self.person(user)
        place = self.place(chat, person)
        old = place.members.get(person.id) or Member(person, "left")
        place.members[person.id] = Member(person)
        self._service(place, person, {"new_chat_members": [person.to_json()]})
        self.membership_changed(place, person, old, place.members[person.id])

    def leave(self, chat: Chat | int, user: User | int) -> None:
        person = self.person(user)
        place = self.place(chat, person)
        old = place.members[person.id]
        place.members[person.id] = Member(person, "left")
        self._service(place, person, {"left_chat_member": person.to_json()})
        self.membership_changed(place, person, old, place.members[person.id])

    def promote(self, chat: Chat | int, user: User | int) -> None:
        """Makes a person administrator."""
        person = self.person(user)
        place, actor = self._scene(chat, None)
        old = place.members[person.id]
        place.members[person.id] = Member(person, "administrator", frozenset(ADMIN_RIGHTS))
        self.membership_changed(place, actor, old, place.members[person.id])

    def rename(self, chat: Chat | int, title: str, by: User | int | None = None) -> Message:
        place, actor = self._scene(chat, by)
        place.title = title
        return self._service(place, actor, {"new_chat_title": title})

    def migrate(self, chat: Chat | int, by: User | int | None = None, *, announce: bool = True) -> Chat:
        """The group becomes a supergroup with another id and an empty history.

        ``announce=False`` holds the two service messages back: then only the refusal of the next send tells.
        """
        old, actor = self._scene(chat, by)
        new = Chat(self._group_id(True), "supergroup", old.title, members=dict(old.members))
        new.bot_sees_all, new.started = old.bot_sees_all, old.started
        self.chats[new.id] = new
        before = self.post(old, actor, Content(), service={"migrate_to_chat_id": new.id})
        after = self.post(new, actor, Content(), service={"migrate_from_chat_id": old.id})
        if announce:
            self.announce(before)
            self.announce(after)
        old.migrated_to = new.id
        return new

    def set_privacy(self, on: bool) -> None:
        """BotFather's /setprivacy: in groups where the bot already is, it works only after re-adding."""
        self.privacy = on

    def _scene(self, chat: Chat | int, by: User | int | None) -> tuple[Chat, User]:
        place = chat if isinstance(chat, Chat) else self.chats[chat]
        if place.migrated_to:
            place = self.chats[place.migrated_to]
        if by is not None:
            return place, self.person(by)
        return place, next(m.user for m in place.members.values() if m.status == "creator")

    def _seat_bot(self, chat: Chat, status: str) -> None:
        rights = frozenset(_DEFAULT_RIGHTS) if status == "administrator" else frozenset()
        chat.members[self.me.id] = Member(self.me, status, rights)
        chat.bot_sees_all = not self.privacy

    def _change_bot(self, chat: Chat | int, by: User | int | None, new: Member) -> None:
        place, actor = self._scene(chat, by)
        old = self.membership(place)
        place.members[self.me.id] = new
        self.membership_changed(place, actor, old, new)

    def _service(self, chat: Chat, actor: User, fields: dict[str, object]) -> Message:
        return self.announce(self.post(chat, actor, Content(), service=fields))

    def _group_id(self, supergroup: bool) -> int:
        serial = self.serial()
        return -(1_002_000_000_000 + serial) if supergroup else -(4_100_000_000 + serial)
