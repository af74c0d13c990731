"""`python -m planreader FILE` prints the reading of a plan as JSON."""

import json
import sys
from datetime import datetime
from pathlib import Path

from planreader.model import LOCAL
from planreader.reader import PlanTooLong, read_file


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Cách dùng: python -m planreader TỆP\n")
        return 2
    from planreader.files import Unreadable

    try:
        reading = read_file(Path(arguments[0]), today=datetime.now(LOCAL).date())
    except (PlanTooLong, Unreadable) as problem:
        sys.stderr.write(f"{problem.sentence}\n")
        return 1
    sys.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
