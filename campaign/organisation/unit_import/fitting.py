"""Whether the rows fit together and with the units we have: one row a code, every superior known, no ring of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaign.organisation.unit_import.rows import RowProblem, UnitRow


@dataclass(frozen=True)
class Known:
    """A unit that the database has. ``heir`` is the code of the unit it was merged into."""

    code: str
    parent_key: str
    is_open: bool
    heir: str = ""


class Fitting:
    """Takes rows out until the rest fits. Taking one out may take the rows under it along."""

    def __init__(
        self, rows: Iterable[UnitRow], known: Mapping[str, Known], refused: Mapping[str, int], *, moves: bool
    ) -> None:
        """``refused``: code → number of rows that were bad by themselves. ``moves``: the table names superiors."""
        self.rows: dict[str, UnitRow] = {}
        self.problems: list[RowProblem] = []
        self._known, self._refused, self._moves = known, dict(refused), moves
        self._below: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            self._admit(row)

    def settle(self) -> list[list[UnitRow]]:
        """The rows that fit in layers: superiors before their units."""
        for row in list(self.rows.values()):
            self._check_superior(row)
        while rings := self._rings():
            for ring in rings:
                self._break(ring)
        return self._from_the_top()

    def _admit(self, row: UnitRow) -> None:
        known = self._known.get(row.key)
        if (first := self.rows.get(row.key)) is not None:
            self._wrong(row, "duplicate_code", f"mã {row.code} đã có ở dòng {first.number}. Giữ lại một dòng.")
        elif known is not None and not known.is_open:
            heir = f" và đã nhập vào {known.heir}" if known.heir else ""
            self._wrong(row, "closed", f"đơn vị {row.code} đã ngừng hoạt động{heir}. Bỏ dòng này hoặc dùng mã mới.")
            self._refused.setdefault(row.key, row.number)
        else:
            self.rows[row.key] = row
            self._below[row.parent_key].append(row.key)

    def _wrong(self, row: UnitRow, code: str, sentence: str) -> None:
        self.problems.append(RowProblem(row.number, code, sentence))

    # -- superiors -----------------------------------------------------------------------------------------------------

    def _check_superior(self, row: UnitRow) -> None:
        parent = self._known.get(row.parent_key)
        if row.key not in self.rows or not row.parent or row.parent_key in self.rows:
            return
        if parent is None and row.parent_key in self._refused:
            sentence = (
                f"cấp trên {row.parent} ở dòng {self._refused[row.parent_key]} chưa nhập được. Sửa dòng đó trước."
            )
            self._take_out(row, "parent_refused", sentence)
        elif parent is None:
            sentence = f"không có cấp trên mang mã {row.parent}. Sửa cột Mã cấp trên hoặc thêm đơn vị đó vào bảng."
            self._take_out(row, "unknown_parent", sentence)
        elif not parent.is_open:
            heir = f" Ghi mã {parent.heir} là đơn vị nhận sáp nhập." if parent.heir else " Ghi mã cấp trên khác."
            self._take_out(row, "closed_parent", f"cấp trên {row.parent} đã ngừng hoạt động.{heir}")

    def _take_out(self, row: UnitRow, code: str, sentence: str) -> None:
        """The row, and every row that hangs on it because nobody else knows its code."""
        self._wrong(row, code, sentence)
        waiting = [row]
        while waiting:
            gone = waiting.pop()
            del self.rows[gone.key]
            self._refused[gone.key] = gone.number
            known = self._known.get(gone.key)
            if known is not None and known.is_open:
                continue
            for key in self._below[gone.key]:
                if (below := self.rows.get(key)) is not None:
                    text = f"cấp trên {below.parent} ở dòng {gone.number} chưa nhập được. Sửa dòng đó trước."
                    self._wrong(below, "parent_refused", text)
                    waiting.append(below)

    # -- rings ---------------------------------------------------------------------------------------------------------

    def _superior(self, key: str) -> str:
        """The key of the superior there will be after the import; empty at the top."""
        row, known = self.rows.get(key), self._known.get(key)
        if row is not None and self._moves:
            return row.parent_key
        return known.parent_key if known is not None else ""

    def _rings(self) -> list[list[str]]:
        """Units that would be their own superiors, each ring once."""
        rings: list[list[str]] = []
        seen: set[str] = set()
        for start in self.rows:
            path: dict[str, int] = {}
            key = start
            while key and key not in seen:
                seen.add(key)
                path[key] = len(path)
                key = self._superior(key)
            ring = list(path)[path[key] :] if key in path else []
            if any(unit in self.rows for unit in ring):
                rings.append(ring)
        return rings

    def _break(self, ring: list[str]) -> None:
        codes = [self._printed(key) for key in [*ring, ring[0]]]
        shown = " → ".join(codes if len(codes) <= 6 else [*codes[:5], "…", codes[-1]])
        for row in [self.rows[key] for key in ring if key in self.rows]:
            if row.key in self.rows:
                self._take_out(row, "parent_cycle", f"cấp trên đi vòng: {shown}. Sửa cột Mã cấp trên.")

    def _printed(self, key: str) -> str:
        return self.rows[key].code if key in self.rows else self._known[key].code

    # -- order ---------------------------------------------------------------------------------------------------------

    def _from_the_top(self) -> list[list[UnitRow]]:
        """Layer by layer, so that a superior always has its id when its units are written."""
        layers = []
        layer = [key for key, row in self.rows.items() if row.parent_key not in self.rows]
        while layer:
            layers.append([self.rows[key] for key in layer])
            layer = [below for key in layer for below in self._below[key] if below in self.rows]
        return layers
