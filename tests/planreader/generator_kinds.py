"""Whole documents: what a plan, a letter, an amendment, a report of results and a chat message are made of."""

import datetime as dt

from tests.planreader import generator_dates as dates
from tests.planreader import generator_words as words
from tests.planreader.generator_duties import duties, quotas
from tests.planreader.generator_parts import Draft, activities, aims, commemoration, slogans, themes

_NATIONAL = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_IF_STUCK = "Trong quá trình thực hiện nếu có vướng mắc, các đơn vị phản ánh về công đoàn cấp trên để được hướng dẫn./."


def plan(draft: Draft) -> None:
    rng = draft.rng
    subject = rng.choice(words.SUBJECTS).format(y=draft.year)
    draft.gold["title"] = subject
    letterhead(draft)
    draft.lines += ["", "KẾ HOẠCH", subject.upper() if rng.random() < 0.3 else subject, ""]
    before = dates.day(rng, draft.issued - dt.timedelta(days=20))
    basis = f"Thực hiện Kế hoạch số {rng.randint(10, 90)}/KH-LĐLĐ ngày {before} của {draft.issuer.parent}, "
    draft.say(f"{basis}{draft.issuer.own} xây dựng kế hoạch với các nội dung như sau:")
    aims(draft)
    slogans(draft)
    if rng.random() < 0.5:
        draft.head("CHỦ ĐỀ, THÔNG ĐIỆP")
        themes(draft)
    activities(draft)
    if rng.random() < 0.7:
        quotas(draft)
    duties(draft)
    done = f"Trên đây là Kế hoạch {subject[0].lower() + subject[1:]}, đề nghị các đơn vị thực hiện./."
    draft.say(rng.choice([done, _IF_STUCK]))
    signature(draft)


def dispatch(draft: Draft) -> None:
    """An official letter that asks for the same in a few lines."""
    letterhead(draft, "tuyên truyền Tháng Công nhân")
    draft.lines += ["", f"Kính gửi: {draft.issuer.members}.", ""]
    draft.say(f"Thực hiện chỉ đạo của {draft.issuer.parent}, {draft.issuer.own} đề nghị:")
    slogans(draft)
    duties(draft)
    draft.say("Đề nghị các đơn vị quan tâm thực hiện./.")
    signature(draft)


def amendment(draft: Draft) -> None:
    """Only moves a deadline: the new one counts, nothing else is to do."""
    old = dt.date(draft.year, 6, draft.rng.randint(1, 10))
    new = old + dt.timedelta(days=draft.rng.randint(5, 12))
    letterhead(draft, "điều chỉnh thời gian báo cáo")
    draft.lines += ["", f"Kính gửi: {draft.issuer.members}.", ""]
    before = dates.day(draft.rng, draft.issued - dt.timedelta(days=9))
    changed = f"Kế hoạch số {draft.rng.randint(3, 40)}/KH-{draft.issuer.symbol}"
    draft.say(f"Ngày {before}, {draft.issuer.own} đã ban hành {changed} về tuyên truyền Tháng Công nhân.")
    draft.say("Nay điều chỉnh như sau:")
    due = f"trước ngày {dates.day(draft.rng, new)}"
    text = f"Thời gian gửi báo cáo kết quả về {draft.issuer.office}: {due} (thay cho thời hạn {old.day:02}/{old.month})"
    draft.say(text + ". Các nội dung khác giữ nguyên./.")
    report = {"reporter": draft.issuer.members, "recipient": draft.issuer.office, "text": text}
    draft.gold["report_deadlines"].append({**report, "deadline": new.isoformat(), "operator": "before"})
    signature(draft)


def results(draft: Draft) -> None:
    """A report of what was done: full of slogans, numbers and days, and nothing of it is to do."""
    rng, year = draft.rng, draft.year
    letterhead(draft)
    draft.lines += ["", "BÁO CÁO", f"Kết quả tổ chức Tháng Công nhân năm {year}", ""]
    draft.head("KẾT QUẢ THỰC HIỆN")
    quoted = draft.some(words.SLOGANS, 2, 3)
    draft.gold["slogans_optional"] = quoted
    draft.sub(f"Đã treo {rng.randint(50, 300)} băng rôn với các khẩu hiệu {', '.join(f'“{s}”' for s in quoted)}.")
    draft.sub(f"Tuyên truyền {commemoration(draft)}; {rng.randint(20, 90)} CĐCS gửi báo cáo trước ngày 05/6/{year}.")
    event = rng.choice(words.ACTIVITIES).lower()
    draft.sub(f"Tổ chức {event} từ ngày 05/5 đến ngày 12/5/{year} với {rng.randint(1, 9)}.250 lượt người.")
    draft.lines += ["| STT | Nội dung | ĐVT | Kết quả |", "| 1 | Tin | tin | 57 |", "| 2 | Bài | bài | 12 |"]
    draft.head("HẠN CHẾ")
    draft.point("Một số đơn vị gửi báo cáo chậm so với thời gian quy định.")
    signature(draft)


def chat(draft: Draft) -> None:
    """A message pasted from a group: no letterhead and no signature."""
    due = dates.due(draft.rng, dt.date(draft.year, 6, draft.rng.randint(1, 20)), again=False)
    count = draft.rng.randint(2, 5)
    quota = f"mỗi CĐCS gửi tối thiểu {count:02} tin"
    report = f"gửi báo cáo kết quả về {draft.issuer.office} {due.text}"
    chosen = draft.some(words.SLOGANS, 1, 3)
    draft.say(draft.rng.choice(["Kính gửi các đ/c!", "Kính gửi các đ/c chủ tịch CĐCS,", "Thông báo đến các đ/c:"]))
    draft.say(f"{draft.issuer.office} đề nghị {quota}.")
    draft.say(f"Các đ/c {report} ạ.")
    draft.say("Khẩu hiệu dùng chung: " + "; ".join(f"“{s}”" for s in chosen) + ".")
    draft.say("Trân trọng cảm ơn các đ/c!")
    draft.gold |= {"slogans": chosen, "number": None, "date_issued": None, "issuing_org": None, "parent_org": None}
    draft.gold["issuing_org_accept"] = [
        draft.issuer.office,
        draft.issuer.office.removeprefix("BCH ").removeprefix("Văn phòng "),
    ]
    a_quota = {"applies_to": "mỗi CĐCS", "comparator": ">=", "quantity": count, "unit": "tin", "text": quota}
    draft.gold["quotas"].append(a_quota)
    tasks = {"mỗi CĐCS": quota.removeprefix("mỗi CĐCS "), "Các đ/c": report}
    draft.gold["assignments"] = [{"unit": unit, "tasks": [task]} for unit, task in tasks.items()]
    who = {"reporter": "Các đ/c", "recipient": draft.issuer.office}
    draft.gold["report_deadlines"].append({**who, "text": report, **due.gold()})


def letterhead(draft: Draft, about: str = "") -> None:
    issuer, day = draft.issuer, draft.issued
    number = draft.number if draft.rng.random() < 0.8 else draft.number.replace("/", " /")
    own = [issuer.parent.upper(), issuer.own.upper(), f"Số: {number}"]
    if about:
        own.append(f"V/v {about} năm {draft.year}")
    place = f"{issuer.place}, ngày {day.day:02} tháng {day.month} năm {day.year}"
    right = [*_NATIONAL, place]
    way = draft.choose("letterhead", "blocks", "blocks", "side by side", "right first")
    if way == "side by side":
        draft.lines += beside(own, right, max(map(len, own)) + 8)
    else:
        draft.lines += [*own, *right] if way == "blocks" else [*right, *own]
    draft.gold |= {"number": draft.number, "date_issued": day.isoformat(), "place": issuer.place}
    draft.gold |= {"issuing_org": issuer.own, "issuing_org_accept": [*issuer.accept], "parent_org": issuer.parent}


def signature(draft: Draft) -> None:
    rng, name = draft.rng, draft.rng.choice(words.NAMES)
    position = rng.choice(words.POSITIONS)
    deputy = ["KT. CHỦ TỊCH"] if position != "CHỦ TỊCH" else []
    sign = [draft.issuer.authority, *deputy, position, rng.choice(words.DEGREES) + name]
    last = f"- Lưu: {rng.choice(['VT', 'VP', 'VT, TG'])}."
    to = ["Nơi nhận:", *(f"- {r};" for r in draft.some(words.RECIPIENTS, 2, 4)), last]
    way = draft.choose("signature", "recipients first", "signature first", "side by side")
    if way == "side by side":
        draft.lines += ["", *beside(to, sign, 56)]
    else:
        draft.lines += ["", *to, *sign] if way == "recipients first" else ["", *sign, "", *to]
    draft.gold["signers"] = [{"authority": draft.issuer.authority, "position": position, "name": name}]


def beside(left: list[str], right: list[str], width: int) -> list[str]:
    """Two blocks side by side, held apart by spaces."""
    rows = max(len(left), len(right))
    pairs = zip(left + [""] * (rows - len(left)), right + [""] * (rows - len(right)), strict=True)
    return [f"{one:<{width}}{other}".rstrip() for one, other in pairs]
