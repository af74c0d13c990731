"""What happens in the OA's groups, and to the packages that pay for them."""

from datetime import timedelta

from . import group_api
from .people import People, Picture
from .state import Group, Message, Package, Person
from .webhook import Delivery


class Circles(People):
    # Packages

    def package(self, kind: str = "gmf50", *, days: int = 365, quota_type: str = "purchase_quota") -> Package:
        """A package bought in the console: pays for one group until so many days from today."""
        package = Package(f"asset-{self.hex_id('package')}", kind, self.today() + timedelta(days=days))
        package.quota_type = quota_type
        self.packages[package.id] = package
        return package

    def lapse(self, group: Group) -> None:
        """Its package ended yesterday."""
        group.package.valid_through = self.today() - timedelta(days=1)

    def renew(self, group: Group, days: int = 365) -> None:
        group.package.valid_through = self.today() + timedelta(days=days)

    # Groups

    def group(self, name: str, members: tuple[Person, ...] | list[Person] = (), package: str = "gmf50") -> Group:
        """One that was made in the console before anybody listened."""
        return group_api.found(self, name, self.package(package), list(members))

    def enter(self, person: Person, group: Group) -> Delivery | None:
        """Taps the group's link: in at once, or among those who wait; None when the link is off or the group full."""
        if not group.settings["enable_link_join"] or group.full or group.gone:
            return None
        if group.settings["join_appr"]:
            group.waiting[person.id] = person
            return self.tell_group("user_request_join_group", group, person)
        group_api.enter(self, group, [person], "user_join_group")
        return self.webhook.deliveries[-1]

    def leave(self, person: Person, group: Group) -> None:
        group_api.leave(self, group, [person])

    def disband(self, group: Group) -> None:
        group_api.dissolve(self, group)

    def put_out(self, group: Group) -> None:
        """The OA is taken out of the group without a word: -403 from now on."""
        group.gone = True

    # In a group

    def write_in_group(self, person: Person, group: Group, text: str, *, quote: Message | None = None) -> Message:
        _require_member(person, group)
        return self.speak(person, group, "text", text, quote=quote)

    def photo_in_group(
        self, person: Person, group: Group, *photos: Picture, caption: str = "", together: bool = False
    ) -> list[Message]:
        """One event a picture, or all as attachments of one event."""
        _require_member(person, group)
        return self.show(person, group, photos or (None,), caption, together=together)

    def file_in_group(self, person: Person, group: Group, name: str, data: bytes) -> Message:
        _require_member(person, group)
        return self.hand_over(person, group, name, data, "application/octet-stream")

    # Time

    def advance(self, **ahead: float) -> None:
        """Moves the clock (arguments of ``timedelta``): windows close, calls are repeated, unpaid groups end."""
        self.shift(**ahead)
        for group in list(self.groups.values()):
            end = group.package.valid_through + self.limits.dissolve_after
            if not group.gone and self.today() > end:
                group_api.dissolve(self, group)


def _require_member(person: Person, group: Group) -> None:
    if person.id not in group.members:
        raise LookupError(f"{person.name} is not in {group.name}")
