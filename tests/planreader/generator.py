"""Random plans of the genre with their answers: `make_plan(seed)`.

    python -m tests.planreader.generator FOLDER COUNT

writes COUNT plans and answers into FOLDER, each plan with a label as its first line.
"""

import datetime as dt
import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.planreader import generator_kinds as kinds
from tests.planreader import generator_words as words
from tests.planreader.generator_parts import Draft, Gold

_KINDS: dict[str, tuple[Callable[[Draft], None], str]] = {
    "plan": (kinds.plan, "ke_hoach"),
    "dispatch": (kinds.dispatch, "cong_van"),
    "amendment": (kinds.amendment, "cong_van"),
    "results": (kinds.results, "bao_cao"),
    "chat": (kinds.chat, "tin_nhan"),
}
_HOW_OFTEN = (8, 1, 1, 1, 1)
_NOISE = ("clean", "clean", "clean", "wrapped", "half decomposed", "no-break spaces", "without marks")


def make_plan(seed: int) -> tuple[str, Gold]:
    """The text of a plan and what it says, in the shape of a gold answer."""
    rng = Random(seed)
    issuer, year = rng.choice(words.ISSUERS), rng.randint(2022, 2027)
    kind = rng.choices(list(_KINDS), _HOW_OFTEN)[0]
    issued = dt.date(year, rng.choice([2, 3]), rng.randint(1, 28))
    draft = Draft(rng, issuer, year, _number(rng, kind, issuer), issued)
    draft.layout["kind"] = kind
    write, doc_type = _KINDS[kind]
    write(draft)
    draft.lines += draft.after_signature
    draft.gold |= {
        "doc_type": doc_type,
        "id": f"generated-{seed:05}",
        "kind": "generated",
        "stretch": False,
        "year": year,
    }
    draft.gold["layout"] = draft.layout
    return _noisy(draft)


def _number(rng: Random, kind: str, issuer: words.Issuer) -> str:
    serial = rng.choice(["", str(rng.randint(10, 240)), f"{rng.randint(1, 9):02}"])
    sign = {"plan": f"KH-{issuer.symbol}", "results": f"BC-{issuer.symbol}"}.get(kind, f"{issuer.symbol}-TG")
    return f"{serial}/{sign}"


def _noisy(draft: Draft) -> tuple[str, Gold]:
    """The troubles of pasted text. Answers are in clean Unicode, without marks where the plan has none."""
    rng, lines = draft.rng, draft.lines
    noise = draft.choose("noise", *_NOISE)
    if noise == "wrapped":
        lines = _wrapped(rng, lines)
    elif noise == "half decomposed":
        lines = [unicodedata.normalize(rng.choice(["NFC", "NFD"]), line) for line in lines]
    elif noise == "no-break spaces":
        lines = [line.replace(" ", rng.choice([" ", "\u00a0"])) + rng.choice(["", "\u200b"]) for line in lines]
    elif noise == "without marks":
        return without_marks("\n".join(lines)), _stripped(draft.gold)
    return "\n".join(lines), draft.gold


def _wrapped(rng: Random, lines: list[str]) -> list[str]:
    """Copied from a PDF: lines end where the page did, numbers of pages stand between them."""
    width, page, wrapped = rng.randint(80, 100), 1, list[str]()
    for line in lines:
        rest = line
        table = line.startswith("|") or "\t" in line or "   " in line
        while len(rest) > width and " " in rest[40:width] and not table:
            cut = rest.rindex(" ", 40, width)
            wrapped.append(rest[:cut])
            rest = rest[cut + 1 :]
            if len(wrapped) % 38 == 0:
                page += 1
                wrapped.append(str(page))
        wrapped.append(rest)
    return wrapped


def without_marks(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in bare if not unicodedata.combining(c)))


def _stripped(gold: Gold) -> Gold:
    keep = {name: gold.pop(name) for name in ("layout", "doc_type", "id")}
    stripped: Gold = json.loads(without_marks(json.dumps(gold, ensure_ascii=False)))
    return {**stripped, **keep}


def main(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        text, gold = make_plan(seed)
        layout = ", ".join(f"{k}: {v}" for k, v in gold["layout"].items())
        (folder / f"{gold['id']}.txt").write_text(f"GENERATED — {layout}\n{text}", encoding="utf-8")
        answer = json.dumps(gold, ensure_ascii=False, indent=1)
        (folder / f"{gold['id']}.json").write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
