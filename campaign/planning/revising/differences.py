"""Row by row: what the earlier plan said, what the campaign holds, what the later plan says."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlmodel import Session, select

from campaign.hours import Hours
from campaign.planning.revising import pairing, wording
from campaign.planning.revising.changes import Change, Kind, What
from campaign.planning.revising.rows import Row, Rows
from campaign.planning.revising.told import Told
from campaign.text import fold_words
from storage.models import Assignment, Campaign, Observance, Slogan, Theme

SAME_SOURCE, SAME_PLACE = 90.0, 75.0  # a row whose words a person replaced is still known by these
NOT_COPIED = {"id", "campaign_id"}


@dataclass(frozen=True)
class Sort:
    """How rows of one kind are told apart, and which of their fields people must hear about.

    ``follows``: fields that change only together with another one, which the plan prints.
    """

    kind: Kind
    table: type[Row]
    key: Callable[[Any], Hashable]
    alike: Callable[[Any, Any], float]
    loud: tuple[str, ...]
    quiet: tuple[str, ...]
    follows: dict[str, str] = field(default_factory=dict)

    def of(self, rows: Rows) -> Sequence[Row]:
        lists = {
            Kind.SLOGAN: rows.slogans,
            Kind.THEME: rows.themes,
            Kind.OBSERVANCE: rows.observances,
            Kind.ASSIGNMENT: rows.work,
        }
        return cast(Sequence[Row], lists[self.kind])


SORTS = (
    Sort(Kind.THEME, Theme, pairing.theme_key, pairing.themes_alike, ("name", "text", "start", "end"), ("source",)),
    Sort(Kind.SLOGAN, Slogan, pairing.slogan_key, pairing.slogans_alike, ("text",), ("position", "source")),
    Sort(
        Kind.OBSERVANCE,
        Observance,
        pairing.observance_key,
        pairing.observances_alike,
        ("name", "on_day", "event_date", "ordinal"),
        ("printed", "source"),
    ),
    Sort(
        Kind.ASSIGNMENT,
        Assignment,
        pairing.assignment_key,
        pairing.assignments_alike,
        ("title", "deadline", "late_from", "audience_text", "quota"),
        ("position", "kind", "operator", "starts_at", "source"),
        {"audience": "audience_text"},
    ),
)


class Differences:
    """Between two plans, as far as the campaign does not say the later already. ``quiet`` fills as they are walked."""

    def __init__(
        self, session: Session, campaign: Campaign, replaced: Sequence[tuple[str, str, str]], hours: Hours
    ) -> None:
        self._session, self._campaign, self._hours = session, campaign, hours
        self._replaced = {(fold_words(old), fold_words(new)): sentence for old, new, sentence in replaced}
        self._told = Told(session, campaign)
        self.quiet: list[Change] = []
        self.questions: list[str] = []

    def between(self, old: Rows, new: Rows, *, stored: bool) -> Iterator[Change]:
        """``stored``: ``old`` are the rows of the campaign themselves, for there is no earlier plan."""
        yield from self._window(old, new)
        for sort in SORTS:
            earlier, later = sort.of(old), sort.of(new)
            kept = {id(row): row for row in earlier} if stored else self._kept(sort, earlier)
            used = {row.id for row in kept.values()}
            spare = [row for row in self._rows(sort) if _in_use(row) and row.id not in used]
            for before, after in pairing.pair(earlier, later, sort.key, self._likeness(sort)):
                now = kept.get(id(before)) if before is not None else _taken(spare, after, sort)
                yield from self._one(sort, before, now, after)

    def _window(self, old: Rows, new: Rows) -> Iterator[Change]:
        now = (self._campaign.start, self._campaign.end)
        if (old.start, old.end) == (new.start, new.end) or now == (new.start, new.end):
            return
        values = {"start": new.start, "end": new.end, "year": new.start.year}
        places, _ = self._told.places(self._told.of_window())
        yield Change(
            Kind.WINDOW, What.CHANGED, wording.window(*now), wording.window(new.start, new.end), places=places,
            values=values,
        )  # fmt: skip

    def _likeness(self, sort: Sort) -> Callable[[Any, Any], float]:
        """What a dispatch names as replaced belongs together, however unlike the words are."""

        def likeness(one: Row, other: Row) -> float:
            named = (fold_words(_words(one)), fold_words(_words(other))) in self._replaced
            return 200.0 if named else sort.alike(one, other)

        return likeness if self._replaced else sort.alike

    # -- the rows of the campaign ------------------------------------------------------------------------------------

    def _rows(self, sort: Sort) -> list[Row]:
        statement = select(sort.table).where(sort.table.campaign_id == self._campaign.id).order_by("id")
        return cast(list[Row], list(self._session.exec(statement)))

    def _kept(self, sort: Sort, earlier: Sequence[Row]) -> dict[int, Row]:
        """By the id() of an item of the earlier plan: the row that was made of it, with what people did to it since."""

        def belongs(one: Row, other: Row) -> float:
            source = SAME_SOURCE if one.source and one.source == other.source else 0.0
            place = SAME_PLACE if getattr(one, "position", None) == getattr(other, "position", 0) else 0.0
            return max(sort.alike(one, other), source, place) + (1 if _in_use(one) else 0)

        pairs = pairing.pair(self._rows(sort), earlier, sort.key, belongs)
        return {id(item): row for row, item in pairs if item is not None and row is not None}

    # -- one item ----------------------------------------------------------------------------------------------------

    def _one(self, sort: Sort, before: Row | None, now: Row | None, after: Row | None) -> Iterator[Change]:
        if after is None:
            if now is not None and _in_use(now):
                yield self._change(sort, What.GONE, now, None, {})
        elif before is None:
            if now is None:
                yield self._added(sort, after)
        else:
            yield from self._merged(sort, before, now, after)

    def _merged(self, sort: Sort, before: Row, now: Row | None, after: Row) -> Iterator[Change]:
        news = [name for name in (*sort.loud, *sort.quiet) if getattr(before, name) != getattr(after, name)]
        loud = [name for name in news if name in sort.loud]
        if now is None or not _in_use(now):
            if loud:
                yield self._added(sort, after)  # put aside by a person, and the document asks for it in new words
            return
        values = {name: getattr(after, name) for name in news if getattr(now, name) != getattr(after, name)}
        values |= {name: getattr(after, name) for name, leader in sort.follows.items() if leader in values}
        if not set(values) & set(sort.loud):
            if values:
                self.quiet.append(Change(sort.kind, What.CHANGED, "", "", row_id=now.id, values=values))
        elif isinstance(now, Assignment) and values.get("audience", now.audience) != now.audience:
            yield from self._to_others(sort, now, cast(Assignment, after), values)
        else:
            yield self._change(sort, What.CHANGED, now, after, values)

    def _to_others(self, sort: Sort, now: Assignment, after: Assignment, values: dict[str, Any]) -> Iterator[Change]:
        """Work goes to other units. Those that were asked already keep their history; the others are asked anew."""
        if not self._told.of_row(now):
            yield self._change(sort, What.CHANGED, now, after, values)
        elif after.audience:
            yield self._change(sort, What.GONE, now, None, {})
            yield self._added(sort, after)
        else:
            del values["audience"]
            self.questions.append(
                f"Việc “{after.title}” đã gửi, văn bản mới ghi người làm là “{after.audience_text}” mà chưa rõ đơn vị "
                "nào. Hãy xem lại nơi nhận."
            )
            yield self._change(sort, What.CHANGED, now, after, values)

    def _added(self, sort: Sort, after: Row) -> Change:
        return self._change(sort, What.ADDED, None, after, after.model_dump(exclude=NOT_COPIED))

    def _change(self, sort: Sort, what: What, now: Row | None, after: Row | None, values: dict[str, Any]) -> Change:
        fields = values.keys() if what == What.CHANGED else set(sort.loud)
        before_words, after_words = (self._shown(row, fields) if row else "" for row in (now, after))
        about = self._told.of_row(now) if now else []
        return Change(
            sort.kind,
            what,
            before_words,
            after_words,
            source=self._sentence(now, after),
            places=self._told.places(about)[0],
            row_id=now.id if now else None,
            values=values,
        )

    def _sentence(self, now: Row | None, after: Row | None) -> str:
        if now is not None and after is not None:
            named = (fold_words(_words(now)), fold_words(_words(after)))
            if named in self._replaced:
                return self._replaced[named]
        row = after or now
        return str(row.source.get("text", "")) if row is not None else ""

    def _shown(self, row: Row, fields: Any) -> str:
        if isinstance(row, Slogan):
            return row.text
        if isinstance(row, Theme):
            return wording.theme(row)
        if isinstance(row, Observance):
            return wording.observance(row)
        return wording.assignment(row, fields, self._hours)


def _words(row: Row) -> str:
    """What a dispatch would quote of it."""
    return row.title if isinstance(row, Assignment) else row.name if isinstance(row, Observance) else row.text


def _in_use(row: Row) -> bool:
    return not (getattr(row, "withdrawn", False) or getattr(row, "dropped", False))


def _taken(spare: list[Row], after: Row | None, sort: Sort) -> Row | None:
    """A row that says it already, e.g. because a person typed it in before the dispatch came; each is taken once."""
    found = next((row for row in spare if after is not None and sort.key(row) == sort.key(after)), None)
    if found is not None:
        spare.remove(found)
    return found
