"""loa run · migrate · doctor"""

from __future__ import annotations

import asyncio
import gc
import os
import socket

import typer

from bot.cli import firstdays
from bot.cli.frame import fail, house, show
from bot.core import Core, is_empty
from bot.settings import CHANNEL_WORDS
from handlers import alarming

NOTE = "Lưu ý"  # a sentence that begins so is something to know, not something to mend
ONE_WAY = (
    NOTE + ": quản trị viên chỉ nhận tin qua {channel}; kênh ấy hỏng thì không ai được báo. "
    "Cho một người thêm kênh khác: loa invite --person TÊN"
)


def register(app: typer.Typer) -> None:
    app.command("run", help="Chạy tất cả trong một tiến trình.")(run)
    app.command("migrate", help="Đưa cơ sở dữ liệu lên phiên bản này.")(migrate)
    app.command("doctor", help="Kiểm tra cấu hình và nói điều cần sửa.")(doctor)


def run() -> None:
    from bot import demo, logs

    logs.set_up()
    with house() as core:
        # Reading the calendar takes 17 MB for a moment; early, what it gives back is used by what comes next.
        core.hours.is_holiday(core.hours.day(core.clock.now()))
        from bot.app import make_app, missing_channel

        _check_port(core)
        doors = None
        if not core.settings.demo.enabled and demo.is_sample(core):
            fail("Cơ sở dữ liệu này chứa liên đoàn mẫu của bản chạy thử. Hãy đặt [database] url sang một tệp mới.")
        if core.settings.demo.enabled:
            core.clock = demo.prepare(core)
            doors = demo.doors(core)
        if (missing := missing_channel(core)) is not None:
            fail(missing)

        async def serve() -> bool:
            app = make_app(core, doors)
            gc.freeze()  # all that is there by now stays, so it need not be looked through again and again
            await app.run(lambda: typer.echo(_greeting(core, bool(doors))))
            return app.broken

        if asyncio.run(serve()):
            raise typer.Exit(1)


def _greeting(core: Core, is_demo: bool) -> str:
    from bot import demo

    address = core.settings.web.address
    if is_demo:
        return demo.GREETING.format(address=address, speed=f"{core.clock.speed:g}")
    return f"Loa Công Đoàn đang chạy tại {address}\nMời người đầu tiên: loa invite --unit MÃ --role admin"


def _check_port(core: Core) -> None:
    """Before anything starts: a second copy on the same port should say so, not die half way."""
    web = core.settings.web
    with socket.socket(socket.AF_INET6 if ":" in web.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            fail(f"Không mở được {web.host}:{web.port} ({os.strerror(error.errno or 0)}). Hãy đổi web.port.")


def migrate() -> None:
    with house() as core:
        typer.echo(f"Cơ sở dữ liệu đã ở phiên bản mới nhất: {core.database.url.render_as_string(hide_password=True)}")


def doctor(
    as_json: bool = typer.Option(False, "--json", help="In JSON."),
    first_day: bool = typer.Option(False, "--first-day", help="Danh mục ngày đầu: đã chứng minh gì, làm gì tiếp."),
    confirm: str = typer.Option("", "--confirm", metavar="KÊNH.MỤC", help="Xác nhận một mục phải thử bằng tay."),
) -> None:
    """Ask every part what is wrong with it; exit code 1 when anything is."""
    with house() as core:
        if first_day or confirm:
            firstdays.show(core, confirm, as_json=as_json)
        troubles = asyncio.run(_diagnose(core))
        faults = [line for line in troubles if not line.startswith(NOTE)]
        text = "\n".join(f"• {line}" for line in troubles) or "Mọi thứ ổn."
        show(
            {"problems": faults, "notes": [line for line in troubles if line not in faults]}, as_json=as_json, text=text
        )
        raise typer.Exit(1 if faults else 0)


async def _diagnose(core: Core) -> list[str]:
    from bot.app import make_channels
    from bot.channels.contract import Checks

    troubles = []
    with core.database.snapshot() as session:
        if is_empty(session):
            troubles.append("Chưa có đơn vị nào. Nhập danh sách: loa units import TỆP")
        if only := alarming.only_channel(session):
            troubles.append(ONE_WAY.format(channel=CHANNEL_WORDS.get(only, only)))
    try:
        core.media.path(core.media.put_bytes(b"loa doctor"))
    except OSError as error:
        troubles.append(f"Không ghi được vào kho ảnh {core.settings.media.url}: {error.strerror}")
    for channel in make_channels(core).values():
        if isinstance(channel, Checks):
            troubles += await channel.diagnose()
        await channel.close()
    return troubles
