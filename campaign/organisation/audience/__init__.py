"""Whom something is meant for, as a short text that the database keeps: "cluster:Cụm 2+unit:CS-01"."""

from campaign.organisation.audience.grammar import Atom, Audience, BadAudience, MembersFilter, Term, parse
from campaign.organisation.audience.resolving import describe, people_of, resolve, unit_ids_of, units_of
from campaign.organisation.audience.words import from_words

__all__ = [
    "Atom",
    "Audience",
    "BadAudience",
    "MembersFilter",
    "Term",
    "describe",
    "from_words",
    "parse",
    "people_of",
    "resolve",
    "unit_ids_of",
    "units_of",
]
