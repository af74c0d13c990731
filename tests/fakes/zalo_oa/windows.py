"""Who may be written to, until when, and who pays."""

from .errors import ZaloError
from .limits import LOCAL
from .state import JSON, Person
from .world import World

REPLY, SUB, PURCHASE = "reply", "sub_quota", "purchase_quota"
NIGHT_ENDS, NIGHT_BEGINS = 6, 22


def interact(world: World, person: Person) -> None:
    """A new window: follow, message, click that sends something, the message button."""
    person.interacted, person.free_used = world.now(), 0


def is_night(world: World) -> bool:
    hour = world.now().astimezone(LOCAL).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def require_alive(world: World, person: Person, kind: str) -> None:
    """Refusals that do not depend on the window."""
    silent = person.silent_since
    if person.banned or (silent is not None and world.now() - silent > world.limits.idle):
        raise ZaloError(-227)
    if kind in person.restricts:
        raise ZaloError(-244)


def require_window(world: World, person: Person) -> None:
    """-213 a stranger, -232 known but no follower and too long ago, -230 a follower too long ago."""
    if person.interacted is None:
        raise ZaloError(-232 if person.follower else -213)
    if world.now() - person.interacted > world.limits.paid_window:
        raise ZaloError(-230 if person.follower else -232)


def pay_reply(world: World, person: Person) -> tuple[str, int, JSON]:
    """(quota type, đồng, the ``quota`` of the answer) of one consultation message; raises when nobody pays."""
    limits = world.limits
    assert person.interacted is not None
    if world.now() - person.interacted <= limits.free_window:
        total = limits.free_messages
        if total is None:
            return REPLY, 0, _quota(world, REPLY, None, None)
        if person.free_used < total:
            person.free_used += 1
            return REPLY, 0, _quota(world, REPLY, total - person.free_used, total)
    if world.package_messages > 0:
        world.package_messages -= 1
        return SUB, 0, _quota(world, SUB, world.package_messages, 500)
    if not world.zca_linked:
        raise ZaloError(-211)
    pay(world, limits.reply_price)
    return PURCHASE, limits.reply_price, _quota(world, PURCHASE, None, None)


def pay(world: World, price: int) -> None:
    if not world.zca_linked:
        raise ZaloError(-320)
    if world.wallet < price:
        raise ZaloError(-321)
    world.wallet -= price


def _quota(world: World, kind: str, remain: int | None, total: int | None) -> JSON:
    quota = {"quota_type": kind, "owner_type": "OA", "owner_id": world.oa_id}
    if remain is not None:
        quota |= {"remain": str(remain), "total": str(total), "expired_date": f"{world.package_until:%d/%m/%Y}"}
    return quota
