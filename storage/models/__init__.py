"""The tables, one noun each. Importing this package fills SQLModel's metadata."""

from storage.models.campaigns import (
    Assignment,
    Campaign,
    Duty,
    Observance,
    Plan,
    PlanReading,
    Push,
    Receipt,
    Slogan,
    Theme,
)
from storage.models.messages import Incoming, Outgoing, Talk
from storage.models.organisation import (
    Account,
    AuditEntry,
    Chat,
    Cluster,
    ClusterMember,
    CodeGuess,
    Consent,
    Invite,
    Person,
    Post,
    Unit,
    UnitName,
)
from storage.models.runtime import ClockAnchor
from storage.models.webchat import WebMessage, WebRoom, WebSession
from storage.models.work import Extension, Item, Publication, Review, Submission

__all__ = [
    "Account",
    "Assignment",
    "AuditEntry",
    "Campaign",
    "Chat",
    "ClockAnchor",
    "Cluster",
    "ClusterMember",
    "CodeGuess",
    "Consent",
    "Duty",
    "Extension",
    "Incoming",
    "Invite",
    "Item",
    "Observance",
    "Outgoing",
    "Person",
    "Plan",
    "PlanReading",
    "Post",
    "Publication",
    "Push",
    "Receipt",
    "Review",
    "Slogan",
    "Submission",
    "Talk",
    "Theme",
    "Unit",
    "UnitName",
    "WebMessage",
    "WebRoom",
    "WebSession",
]
