"""LibreOffice, where a machine has it, opens old formats better than we do: numbers, text boxes, fields.

It runs as a program of its own with its own profile folder (runs that share one block each other) and a time limit.
"""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_SECONDS = 40


def as_docx(raw: bytes, ending: str) -> bytes | None:
    """The file as .docx, or None when there is no LibreOffice or it does not manage in time."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return None
    with TemporaryDirectory(prefix="loa-office-") as folder:
        source = Path(folder, "plan" + ending)
        source.write_bytes(raw)
        profile = Path(folder, "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx"]
        try:
            subprocess.run([*command, "--outdir", folder, str(source)], capture_output=True, timeout=_SECONDS)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return None
        made = source.with_suffix(".docx")
        return made.read_bytes() if made.exists() else None
