"""A dispatch that changes an earlier plan, written into that plan: the result is a whole plan to compare.

The old words or the old day say what is meant. What they do not find, or find more than once, becomes a question for a
person; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from campaign.planning.document import Source, Words
from campaign.planning.revising.pairing import words_alike
from campaign.planning.revising.spots import TASKS, Item, Spot, editable, line_of, says, sentence_of, spots
from campaign.planning.revising.subjects import LIKELY, best, day_of, fit, one_place, same_words, subject_of, with_day
from campaign.problems import Refusal
from campaign.text import fold_words
from planreader.clock import Clock
from planreader.dates import Calendar, spans

AMENDED_BY = "amended_by"  # in the kept document: the amendments it holds already
ADDRESSED = ("cong_van", "thong_bao", "tin_nhan")  # letters and messages speak of a plan, they do not replace it
NEARLY = 92  # a misprint in the words a dispatch quotes
CERTAIN = 90  # what is taken out by its description must be meant beyond doubt
FEW_WORDS = 3  # fewer of them may stand anywhere
_PROLONGED = re.compile(r"\b(keo dai|gia han|rut ngan|ket thuc|den het)\b")


class Amendment(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    target: Words = ""
    op: Words = ""
    old: Words = ""
    new: Words = ""
    source: Source | None = None

    @property
    def sentence(self) -> str:
        return (self.source.text if self.source else "") or self.target

    @property
    def line(self) -> int | None:
        return self.source.line if self.source else None

    @property
    def mark(self) -> list[str]:
        """What makes it the same amendment when the dispatch is read again."""
        return [self.op, fold_words(self.sentence), fold_words(self.old), fold_words(self.new)]


_AMENDMENTS = TypeAdapter(list[Amendment])


@dataclass
class Later:
    """The plan as it stands after a document; ``replaced``: wordings that belong
    together, old and new, and the sentence that says so."""

    document: dict[str, Any]
    questions: list[str] = field(default_factory=list)
    replaced: list[tuple[str, str, str]] = field(default_factory=list)


def whole_plan(earlier: dict[str, Any] | None, document: dict[str, Any]) -> Later:
    """``document`` itself when it is a whole plan, else ``earlier`` with what the dispatch changes in it.

    Raises Refusal for a wrong shape and for a dispatch without an earlier plan.
    """
    changes = amendments_of(document)
    if earlier is None and changes:
        raise Refusal(
            "plan.none", "Đợt này không lập từ văn bản nên chưa sửa theo công văn được. Hãy gửi kế hoạch đầy đủ."
        )
    letter = (
        document.get("doc_type") in ADDRESSED
        and earlier is not None
        and document.get("doc_type") != earlier.get("doc_type")
    )
    if earlier is None or not (changes or letter):
        return Later(document)
    return Dispatch(earlier, document).written_in(changes)


def amendments_of(document: dict[str, Any]) -> list[Amendment]:
    try:
        return _AMENDMENTS.validate_python(document.get("amendments") or [])
    except ValidationError as error:
        raise Refusal("plan.shape", "Tệp này không đúng mẫu kế hoạch. Hãy đọc lại văn bản gốc rồi thử lại.") from error


class Dispatch:
    """One dispatch at work on a copy of the earlier plan."""

    def __init__(self, earlier: dict[str, Any], dispatch: dict[str, Any]) -> None:
        self._plan, self._dispatch = editable(earlier), editable(dispatch)
        self._later = Later(self._plan)
        self._calendar = Calendar(_year(dispatch) or _year(earlier))

    def written_in(self, changes: Sequence[Amendment]) -> Later:
        done = list(self._plan.get(AMENDED_BY) or [])
        fresh = [change for change in changes if change.mark not in done]
        for change in fresh:
            steps = {"replace": self._replace, "add": self._add, "remove": self._remove}
            steps.get(change.op, self._ask)(change)
        self._supplement(changes)
        if fresh:
            self._plan[AMENDED_BY] = [*done, *(change.mark for change in fresh)]
        return self._later

    def _ask(self, change: Amendment) -> None:
        self._later.questions.append(
            f"Chưa rõ công văn sửa chỗ nào của kế hoạch: “{change.sentence.rstrip(' .')}”. Hãy tự sửa nếu cần."
        )

    # -- replaced words ----------------------------------------------------------------------------------------------

    def _replace(self, change: Amendment) -> None:
        if (moved := self._days(change)) is not None:
            return self._move(change, *moved)
        if not change.old or not change.new:
            return self._ask(change)
        found = [spot for spot in spots(self._plan) if spot.holds(change.old)]
        whole = [spot for spot in found if fold_words(spot.main) == fold_words(change.old)]
        found = whole or found or self._nearly(change.old)
        if not found or (len(change.old.split()) < FEW_WORDS and not one_place(found)):
            return self._ask(change)
        for spot in found:
            self._reword(spot, change)

    def _reword(self, spot: Spot, change: Amendment) -> None:
        before = spot.main
        if spot.holds(change.old) and fold_words(before) != fold_words(change.old):
            spot.reword(change.old, change.new)
        else:
            spot.item[spot.fields[0]] = change.new
        _recount(spot, change)
        self._later.replaced.append((before, spot.main, change.sentence))

    def _nearly(self, words: str) -> list[Spot]:
        """The one place whose whole words are these, but for a misprint."""
        near = [spot for spot in spots(self._plan) if words_alike(spot.main, words) >= NEARLY]
        return near if one_place(near) else []

    # -- moved days --------------------------------------------------------------------------------------------------

    def _days(self, change: Amendment) -> tuple[date | None, date] | None:
        """The old day, where it is named, and the new one; None when the amendment is not about a day."""
        new = _only_day(change.new, self._calendar)
        old = _only_day(change.old, self._calendar) if change.old else None
        if new is None or (change.old and old is None):
            return None
        return old, new

    def _move(self, change: Amendment, old: date | None, new: date) -> None:
        found = self._dated(subject_of(change.sentence, self._calendar), old)
        if old is None and any(len(set(spot.days())) > 1 for spot in found):
            found = found if _PROLONGED.search(fold_words(change.sentence)) else []
        if not found:
            return self._ask(change)
        for spot in found:
            self._set_day(spot, old or spot.days()[-1], new, self._clock(change.sentence, new), change.sentence)

    def _clock(self, sentence: str, day: date) -> Clock | None:
        """The hour that a sentence prints with a day."""
        named = (span.clock for span in spans(sentence, self._calendar) if day_of(span) == day)
        return next((clock for clock in named if clock), None)

    def _dated(self, subject: set[str], old: date | None, *names: str) -> list[Spot]:
        """What the plan says of this subject on that day, in one place; nothing when that is not certain."""
        dated = [spot for spot in spots(self._plan) if spot.days() and (not names or spot.name in names)]
        if old is None:
            return best(dated, subject)
        dated = [spot for spot in dated if old in spot.days()]
        return [spot for spot in dated if fit(spot, subject) >= LIKELY] if one_place(dated) else best(dated, subject)

    def _set_day(self, spot: Spot, old: date, new: date, clock: Clock | None, sentence: str) -> None:
        before = spot.main
        for name in ("deadline", "start", "end"):
            value = spot.item.get(name)
            if isinstance(value, str) and value[:10] == old.isoformat():
                hour = f"T{clock.hour:02}:{clock.minute:02}" if clock and name == "deadline" else value[10:]
                spot.item[name] = new.isoformat() + hour
        for name in spot.fields:
            if isinstance(text := spot.item.get(name), str):
                spot.item[name] = with_day(text, old, new, clock, self._calendar)
        self._later.replaced.append((before, spot.main, sentence))

    # -- taken out and added -----------------------------------------------------------------------------------------

    def _remove(self, change: Amendment) -> None:
        every = list(spots(self._plan))
        if says(change.old, change.sentence) and fold_words(change.old) != fold_words(change.sentence):
            found = [spot for spot in every if words_alike(spot.main, change.old) >= NEARLY]
        else:
            found = best(every, subject_of(change.old, self._calendar), CERTAIN)
        if not found or any(spot.name == "campaigns" for spot in found):
            return self._ask(change)
        for spot in found:
            spot.remove()

    def _add(self, change: Amendment) -> None:
        """What the reader made of the same sentence, else a slogan or a message where the sentence calls it one."""
        mine = [spot for spot in spots(self._dispatch) if change.line is not None and line_of(spot.item) == change.line]
        if sum(self._take(spot) for spot in mine):
            return
        said = fold_words(f"{change.target} {change.sentence}")
        item: Item = {"text": change.new, "source": {"text": change.sentence}}
        if change.new and "khau hieu" in said:
            self._append("slogans", item)
        elif change.new and ("chu de" in said or "thong diep" in said):
            self._append("theme_messages", {**item, "kind": "chu_de" if "chu de" in said else "thong_diep"})
        else:
            self._ask(change)

    def _append(self, name: str, item: Item) -> None:
        if not any(same_words(known.get("text"), item.get("text")) for known in self._plan[name]):
            self._plan[name].append(item)

    def _take(self, spot: Spot) -> bool:
        """Put an item of the dispatch into the plan; False for a kind that makes no row."""
        if spot.name == TASKS:
            unit = next(block for block in self._dispatch["assignments"] if block[TASKS] is spot.holder)
            mine = [block for block in self._plan["assignments"] if same_words(block.get("unit"), unit.get("unit"))]
            if not mine:
                mine = [{**unit, TASKS: []}]
                self._plan["assignments"] += mine
            if not any(same_words(task.get("text"), spot.main) for task in mine[0][TASKS]):
                mine[0][TASKS].append(spot.item)
            return True
        if spot.name not in ("slogans", "theme_messages", "quotas", "report_deadlines", "other_deadlines"):
            return False
        self._append(spot.name, spot.item)
        return True

    def _supplement(self, changes: Sequence[Amendment]) -> None:
        """What the dispatch asks besides: days of work that the plan has already move, the rest is added."""
        lines = {change.line for change in changes} - {None}
        told = fold_words(" | ".join(change.sentence for change in changes))
        stood = [spot.item for spot in spots(self._plan)]
        for spot in list(spots(self._dispatch)):
            if line_of(spot.item) in lines or (spot.main and says(spot.main, told)) or self._has(spot):
                continue
            if spot.name in ("report_deadlines", "other_deadlines") and self._postponed(spot, stood):
                continue
            self._take(spot)
        known = self._plan.get("warnings") or []
        new = [warning for warning in self._dispatch.get("warnings") or [] if warning not in known]
        self._plan["warnings"] = [*known, *new]

    def _has(self, spot: Spot) -> bool:
        return any(known.name == spot.name and same_words(known.main, spot.main) for known in spots(self._plan))

    def _postponed(self, spot: Spot, stood: Sequence[Item]) -> bool:
        """ "trước ngày 15/6 (thay cho thời hạn 04/6)", or the same work as in the plan with another day.

        ``stood``: what the plan held before the dispatch: its own items do not postpone each other.
        """
        day = next(iter(spot.days()), None)
        if day is None:
            return False
        subject, sentence = subject_of(spot.main, self._calendar), sentence_of(spot.item)
        others = {other for span in spans(sentence, self._calendar) if (other := day_of(span))} - {day}
        found = self._dated(subject, others.pop(), spot.name) if len(others) == 1 else []
        found = found or self._dated(subject, None, spot.name)
        found = [known for known in found if any(known.item is item for item in stood)]
        for known in found:
            self._set_day(known, known.days()[0], day, self._clock(spot.main, day), sentence or spot.main)
            known.item["operator"] = spot.item.get("operator") or known.item.get("operator")
        return bool(found)


def _only_day(text: str, calendar: Calendar) -> date | None:
    """The single day that a text is, as opposed to one that it mentions."""
    found = spans(text, calendar)
    if len(found) != 1 or (day := day_of(found[0])) is None:
        return None
    around = text[: found[0].begin] + text[found[0].end :]
    return None if re.search(r"[^\W_]", around) else day


def _recount(spot: Spot, change: Amendment) -> None:
    """ "02 tin" → "05 tin": the number that is counted goes with the words."""
    old, new = (re.findall(r"\d+", text) for text in (change.old, change.new))
    if spot.name == "quotas" and len(old) == len(new):
        numbers = dict(zip(map(float, old), map(float, new), strict=True))
        quantity = spot.item.get("quantity")
        if isinstance(quantity, list):
            spot.item["quantity"] = [numbers.get(float(part), part) for part in quantity]
        elif isinstance(quantity, int | float):
            spot.item["quantity"] = numbers.get(float(quantity), quantity)


def _year(document: dict[str, Any]) -> int | None:
    issued = document.get("date_issued")
    return int(issued[:4]) if isinstance(issued, str) and issued[:4].isdecimal() else None
