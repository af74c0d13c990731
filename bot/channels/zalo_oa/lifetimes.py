"""How long the address of a photo lives there: no source says, so photos of known age are asked for again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session, col, select

from bot.channels.contract import FetchFailed
from bot.channels.zalo_oa.limits import NAME
from storage.models import Item, Submission

SPANS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
Fetch = Callable[[dict[str, Any], Path], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Life:
    """``opens``: the oldest photo that could still be fetched; ``gone``: the youngest that could not."""

    opens: timedelta | None = None
    gone: timedelta | None = None

    @property
    def is_known(self) -> bool:
        return self.gone is not None or (self.opens is not None and self.opens >= SPANS[0])


def photos_by_age(session: Session, now: datetime) -> list[tuple[timedelta, dict[str, Any]]]:
    """For each span the youngest photo that is at least so old: its age, and how it was fetched."""
    found = {}
    for span in SPANS:
        photos = select(Item, Submission.created_at).join(Submission, col(Item.submission_id) == Submission.id)
        photos = photos.where(Item.channel == NAME, Item.kind == "photo", Submission.created_at <= now - span)
        row = session.exec(photos.order_by(col(Submission.created_at).desc()).limit(1)).first()
        if row is not None and row[0].ref.get("url"):
            found[row[0].id] = (now - row[1], dict(row[0].ref))
    return list(found.values())


async def measured(photos: list[tuple[timedelta, dict[str, Any]]], fetch: Fetch) -> Life:
    """Asks without any token, as for new photos. A line that is down says nothing about a photo."""
    opens, gone = list[timedelta](), list[timedelta]()
    with TemporaryDirectory() as folder:
        for age, ref in photos:
            try:
                await fetch(ref, Path(folder, "photo"))
            except FetchFailed as failed:
                if failed.final:
                    gone.append(age)
            else:
                opens.append(age)
    return Life(max(opens, default=None), min(gone, default=None))
