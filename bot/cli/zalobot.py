"""loa zalobot unhook"""

from __future__ import annotations

import asyncio

import typer

from bot.cli.frame import fail, house

app = typer.Typer(no_args_is_help=True)
NONE = "Bot Zalo không có địa chỉ webhook nào."
GONE = "Đã gỡ địa chỉ webhook {address}. Chế độ poll nghe được từ bây giờ."
OFF = "Bot Zalo đang tắt. Đặt [zalo_bot] enabled = true và LOA_ZALO_BOT__TOKEN trước."
FAILED = "Chưa gỡ được. Chạy loa doctor để biết lý do."


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="zalobot", help="Bot Zalo (Zalo Bot Platform), không phải OA: gỡ địa chỉ webhook cũ.")


@app.callback()
def family() -> None: ...


@app.command(help="Gỡ địa chỉ webhook đang nhận tin của bot, để chế độ poll nghe được.")
def unhook() -> None:
    import httpx

    from bot.app import zalo_bot
    from bot.channels.zalo_bot.api import ApiError, ForeignAnswer

    with house() as core:
        if not core.settings.zalo_bot.enabled or not core.settings.zalo_bot.token.get_secret_value():
            fail(OFF)

        async def ask() -> str:
            channel = zalo_bot(core)
            try:
                return await channel.unhook()
            finally:
                await channel.close()

        try:
            address = asyncio.run(ask())
        except (ApiError, ForeignAnswer, httpx.HTTPError):
            fail(FAILED)
        typer.echo(GONE.format(address=address) if address else NONE)
