"""Who changed what, when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from storage.models import AuditEntry


def note(
    session: Session,
    now: datetime,
    action: str,
    subject: str,
    *,
    person_id: int | None = None,
    actor: str = "",
    **detail: Any,
) -> None:
    """Write down that ``action`` was done to ``subject`` ("unit:CS01"). ``actor`` names the command line or the
    program.
    """
    session.add(AuditEntry(at=now, person_id=person_id, actor=actor, action=action, subject=subject, detail=detail))
