"""The sample federation that the demo opens with.

The province of Lam Giang, its unions, companies, people, telephone numbers and the plan of 2027 are invented.
They follow the organisation in force since 1/7/2025: a federation, below it the unions of wards, communes and
industrial parks, then grassroots unions (some directly below the federation) and workshop unions.
"""

from pathlib import Path

_HERE = Path(__file__).parent


def units_csv() -> Path:
    """The units in the columns of `loa units import`; UTF-8 with a byte order mark, as Excel saves it."""
    return _HERE / "don-vi.csv"


def plan_text() -> Path:
    """The plan as an office would type it, one paragraph a line."""
    return _HERE / "ke-hoach.txt"


def plan_json() -> Path:
    """What reading the plan yields, each item with its line (from 1) and sentence in `plan_text()`."""
    return _HERE / "ke-hoach.json"


def logo_svg() -> Path:
    """The square sign of the bot, also good as a favicon."""
    return _HERE / "logo.svg"
