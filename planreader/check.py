"""The last layer: nothing that the document does not say leaves the reader, and doubts become warnings."""

from datetime import date, timedelta

from planreader.chars import fold, words
from planreader.clauses import planned_spans
from planreader.dates import Calendar, Problem
from planreader.headings import Meaning
from planreader.model import Deadline, Reading, ReportDeadline, Source, Warning
from planreader.sections import Place


def drop_invented(reading: Reading, text: str) -> None:
    """Remove every slogan, message, task, quota and deadline whose words do not stand in the document in a row."""
    said = " " + " ".join(words(text)) + " "

    def stands(item_text: str, source: Source) -> bool:
        if f" {' '.join(words(item_text))} " in said:
            return True
        reading.warnings.append(
            Warning(
                "not_in_document", "Hệ thống đã bỏ một mục vì không tìm thấy nguyên văn. Xin xem lại dòng này.", source
            )
        )
        return False

    reading.slogans = [s for s in reading.slogans if stands(s.text, s.source)]
    reading.theme_messages = [t for t in reading.theme_messages if stands(t.text, t.source)]
    reading.quotas = [q for q in reading.quotas if stands(q.text, q.source)]
    reading.report_deadlines = [d for d in reading.report_deadlines if stands(d.text, d.source)]
    reading.other_deadlines = [d for d in reading.other_deadlines if stands(d.text, d.source)]
    for assignment in reading.assignments:
        assignment.tasks = [t for t in assignment.tasks if stands(t.text, t.source)]
    reading.assignments = [a for a in reading.assignments if a.tasks]
    vocabulary = set(said.split())
    reading.activities = [a for a in reading.activities if set(words(a.title)) <= vocabulary]


def warn(reading: Reading, everything: list[Place], calendar: Calendar, source: Source) -> None:
    """Add what a person should look at; `source` stands for the letterhead."""
    _warn_of_header(reading, source)
    _warn_of_anniversaries(reading)
    _warn_of_dates(reading, everything, calendar)
    _warn_of_deadlines(reading)
    _warn_of_bases(reading)


def _add(reading: Reading, code: str, text: str, source: Source) -> None:
    if not any(w.code == code and w.source.line == source.line and w.text == text for w in reading.warnings):
        reading.warnings.append(Warning(code, text, source))


def _warn_of_header(reading: Reading, source: Source) -> None:
    if reading.doc_type == "tin_nhan":
        return
    if reading.number is None:
        _add(reading, "number_missing", "Văn bản không có số, ký hiệu. Xin xem lại.", source)
    elif reading.number.startswith(("/", "-")):
        _add(reading, "number_blank", "Số văn bản còn để trống. Xin bổ sung sau khi phát hành.", source)
    if reading.date_issued is None:
        _add(reading, "date_missing", "Văn bản không ghi ngày ban hành. Xin xem lại.", source)


def _warn_of_anniversaries(reading: Reading) -> None:
    years: dict[date, set[int]] = {}
    for item in reading.anniversaries:
        if (
            item.event_date
            and item.anniversary_date
            and item.anniversary_date.year - item.event_date.year != item.ordinal
        ):
            right = item.anniversary_date.year - item.event_date.year
            said = f"Văn bản ghi {item.ordinal} năm, tính theo ngày trong ngoặc là {right} năm. Xin xem lại."
            _add(reading, "ordinal_mismatch", said, item.source)
        if item.event_date:
            years.setdefault(item.event_date, set()).add(item.ordinal)
        if item.anniversary_date and reading.date_issued and item.anniversary_date.year < reading.date_issued.year:
            _add(reading, "old_year", "Ngày kỷ niệm thuộc năm trước. Xin xem lại năm.", item.source)
    if any(len(ordinals) > 1 for ordinals in years.values()):
        source = next(i.source for i in reading.anniversaries if i.event_date and len(years[i.event_date]) > 1)
        _add(reading, "ordinal_conflict", "Một ngày kỷ niệm được ghi với hai số năm khác nhau. Xin xem lại.", source)


_SAID = {"impossible_date", "weekday_mismatch", "lunar_mismatch", "year_missing"}


def _warn_of_dates(reading: Reading, everything: list[Place], calendar: Calendar) -> None:
    for place in everything:
        if place.meaning is Meaning.SLOGANS:
            continue
        table = place.node.table
        texts = (
            [(place.node.line, place.node.text)]
            if table is None
            else [(r.line, c) for r in table.rows for c in r.cells]
        )
        for line, text in texts:
            for span in planned_spans(text, calendar):
                for problem in span.problems:
                    _add_problem(reading, problem, Source(line, text))


def _add_problem(reading: Reading, problem: Problem, source: Source) -> None:
    if problem.code in _SAID:
        _add(reading, problem.code, problem.text, source)


def _warn_of_deadlines(reading: Reading) -> None:
    issued = reading.date_issued
    if issued is None:
        return
    due: list[ReportDeadline | Deadline] = [*reading.report_deadlines, *reading.other_deadlines]
    for item in due:
        if item.deadline is not None and item.deadline.day < issued:
            distant = issued - item.deadline.day > timedelta(days=183)
            said = (
                "Hạn này sớm hơn ngày ban hành hơn sáu tháng, có thể là năm sau. Xin xem lại."
                if distant
                else ("Hạn này sớm hơn ngày ban hành văn bản. Xin xem lại.")
            )
            _add(reading, "date_past", said, item.source)


def _warn_of_bases(reading: Reading) -> None:
    for basis in reading.legal_bases:
        if (
            basis.number
            and basis.number.endswith("TLĐ")
            and basis.issuer
            and "tong lien doan" not in fold(basis.issuer)
        ):
            said = "Ký hiệu TLĐ là của Tổng Liên đoàn nhưng câu ghi nơi ban hành khác. Xin xem lại."
            _add(reading, "basis_issuer", said, basis.source)
