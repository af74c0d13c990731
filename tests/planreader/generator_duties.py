"""What members owe: quotas, tasks of units, reports and other deadlines."""

import datetime as dt

from tests.planreader import generator_dates as dates
from tests.planreader import generator_words as words
from tests.planreader.generator_parts import Draft

_OBJECTS = ("tin", "bài", "ảnh", "video clip", "băng rôn", "sáng kiến", "buổi tuyên truyền")
_WORK = ("Ban hành thể lệ cuộc thi", "Đăng ký công trình, phần việc chào mừng", "Hoàn thành thiết kế mẫu băng rôn")
_GROUPS = ("Mỗi đơn vị", "Mỗi CĐCS", "Mỗi CĐCS có trên 200 đoàn viên", "Mỗi công đoàn bộ phận", "Mỗi CĐCS doanh nghiệp")


def quotas(draft: Draft) -> None:
    draft.head(draft.rng.choice(["CHỈ TIÊU", "CHỈ TIÊU PHẤN ĐẤU", "CHỈ TIÊU CỤ THỂ"]))
    for group in draft.rng.sample(_GROUPS, draft.rng.randint(1, 3)):
        text = _quota(draft, group)
        draft.point(text + ".") if draft.rng.random() < 0.5 else draft.sub(text + ".")
    if draft.rng.random() < 0.5:
        draft.point("Điểm thi đua: nộp báo cáo đúng hạn 05 điểm; chậm trừ 02 điểm.")


def _quota(draft: Draft, group: str) -> str:
    rng = draft.rng
    first, second = rng.sample(_OBJECTS, 2)
    low, high = rng.randint(1, 5), rng.randint(6, 12)
    ways: dict[str, tuple[str, list[tuple[str, int | list[int], str]]]] = {
        "at least": (f"{group} gửi ít nhất {low:02} {first}", [(">=", low, first)]),
        "minimum of two": (f"{group} có tối thiểu {low:02} {first} và {high:02} {second}",
                           [(">=", low, first), (">=", high, second)]),
        "not under": (f"{group} thực hiện không dưới {low:02} {first}", [(">=", low, first)]),
        "up from": (f"{group} gửi từ {low:02} {first} trở lên", [(">=", low, first)]),
        "at most": (f"{group} gửi không quá {high:02} {first} dự thi", [("<=", high, first)]),
        "range": (f"{group} gửi từ {low:02} đến {high:02} {first}", [("range", [low, high], first)]),
        "share": (f"100% đơn vị treo ít nhất {low:02} băng rôn", [(">=", low, "băng rôn")]),
        "at least a share": ("Phấn đấu ít nhất 80% đoàn viên tham gia", [(">=", 80, "% đoàn viên")]),
        "a month": (f"{group} gửi tối thiểu {low:02} {first}/tháng", [(">=", low, first)]),
        "or more people": (f"{group} cử từ {high:02} đoàn viên trở lên tham gia", [(">=", high, "đoàn viên")]),
        "everyone": ("100% đơn vị có kế hoạch hưởng ứng", [("=", 100, "% đơn vị")]),
        "a week": (f"Mỗi tuần, {group[0].lower() + group[1:]} có ít nhất {low:02} {first}", [(">=", low, first)]),
        "or more": (f"Phấn đấu mỗi đơn vị có {low:02} {first} trở lên", [(">=", low, first)]),
    }  # fmt: skip
    text, found = ways[draft.choose("quota", *ways)]
    for comparator, quantity, unit in found:
        draft.gold["quotas"].append(
            {"applies_to": group, "comparator": comparator, "quantity": quantity, "unit": unit, "text": text}
        )
    return text


def duties(draft: Draft) -> None:
    """Units with their tasks; one task of the members is to report."""
    draft.head(draft.rng.choice(["TỔ CHỨC THỰC HIỆN", "PHÂN CÔNG THỰC HIỆN", "Tổ chức thực hiện"]))
    units = [*draft.rng.sample(draft.issuer.departments, 2), draft.issuer.members]
    way = draft.choose("duties", "bullets", "bullets", "inline", "table", "charged")
    if way == "table":
        draft.say("| Đơn vị | Nhiệm vụ |")
    for unit in units:
        tasks = draft.some(words.TASKS, 1, 3)
        if unit == draft.issuer.members:
            tasks.append(_report(draft, unit))
        elif draft.rng.random() < 0.4:
            tasks.append(_other(draft, unit))
        _write(draft, way, unit, tasks)
    if draft.rng.random() < 0.4:
        draft.say(_closing_report(draft))
    if draft.rng.random() < 0.25:
        draft.say(_labelled_report(draft))
    if draft.rng.random() < 0.2:
        draft.say(_two_reports(draft))


def _write(draft: Draft, way: str, unit: str, tasks: list[str]) -> None:
    if way == "bullets":
        draft.sub(unit + draft.rng.choice(["", ":"]))
        draft.lines += [draft.bullet + task + "." for task in tasks]
        draft.gold["assignments"].append({"unit": unit, "tasks": tasks})
        return
    if way == "charged":
        task = tasks[-1]
        draft.point(f"Giao {unit} {task[0].lower() + task[1:]}.")
        draft.gold["assignments"].append({"unit": unit, "tasks": [task]})
        return
    together = "; ".join([tasks[0], *(t[0].lower() + t[1:] for t in tasks[1:])])
    draft.gold["assignments"].append({"unit": unit, "tasks": [together]})
    if way == "table":
        draft.say(f"| {unit} | {together} |")
    else:
        draft.sub(f"{unit}: {together[0].lower() + together[1:]}.")


def _report(draft: Draft, unit: str) -> str:
    """A member's report; the words of the deadline are part of it."""
    rng = draft.rng
    due = dates.due(rng, _late(draft))
    what = rng.choice(["báo cáo kết quả", "báo cáo kết quả kèm hình ảnh", "tin, bài, hình ảnh hoạt động"])
    via = rng.choice(["", f" (qua {draft.issuer.departments[0]})", " (qua email tuyengiao@congdoan.example)"])
    text = f"Gửi {what} về {draft.issuer.office}{via} {due.text}"
    draft.gold["report_deadlines"].append(
        {"reporter": unit, "recipient": draft.issuer.office, "text": text[0].lower() + text[1:], **due.gold()}
    )
    return text


def _closing_report(draft: Draft) -> str:
    due = dates.due(draft.rng, _late(draft) + dt.timedelta(days=20), again=False)
    text = f"{draft.issuer.departments[0]} tổng hợp, báo cáo {draft.issuer.parent} {due.text}"
    draft.gold["report_deadlines"].append(
        {"reporter": draft.issuer.departments[0], "recipient": draft.issuer.parent, "text": text, **due.gold()}
    )
    return text + "."


def _labelled_report(draft: Draft) -> str:
    """The deadline as a heading with its value, the way forms print it."""
    due = dates.due(draft.rng, _late(draft) + dt.timedelta(days=2), again=False)
    label = draft.rng.choice(["Thời hạn báo cáo", "Thời gian nộp báo cáo", "Hạn gửi báo cáo tổng kết"])
    text = f"{label}: {due.text}"
    draft.gold["report_deadlines"].append(
        {"reporter": draft.issuer.members, "recipient": None, "text": text, **due.gold()}
    )
    return text + "."


def _two_reports(draft: Draft) -> str:
    """A quick report and a final one in one sentence."""
    quick, final = draft.issued + dt.timedelta(days=60), _late(draft)
    who = {"reporter": draft.issuer.members, "recipient": draft.issuer.office}
    parts = [
        (f"báo cáo nhanh trước 16h00 ngày {dates.day(draft.rng, quick)}", f"{quick}T16:00", "before"),
        (f"báo cáo tổng kết chậm nhất ngày {dates.day(draft.rng, final)}", final.isoformat(), "by"),
    ]
    for text, deadline, operator in parts:
        draft.gold["report_deadlines"].append({**who, "text": text, "deadline": deadline, "operator": operator})
    return f"{draft.issuer.members} gửi về {draft.issuer.office}: {'; '.join(part[0] for part in parts)}."


def _other(draft: Draft, unit: str) -> str:
    due = dates.due(draft.rng, draft.issued + dt.timedelta(days=draft.rng.randint(10, 25)), again=False)
    what = draft.rng.choice(
        ["Ban hành thể lệ cuộc thi", "Đăng ký công trình, phần việc chào mừng", "Hoàn thành thiết kế mẫu băng rôn"]
    )
    text = f"{what} {due.text}"
    draft.gold["other_deadlines"].append({"what": what, "who": unit, "text": text, **due.gold()})
    return text


def _late(draft: Draft) -> dt.date:
    return dt.date(draft.year, 6, draft.rng.randint(1, 20))
