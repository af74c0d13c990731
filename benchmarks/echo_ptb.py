"""``python -m benchmarks.echo_ptb ADDRESS TOKEN``: a bot that says again what it hears, and keeps nothing."""

import sys
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


def main(address: str, token: str) -> None:
    application: Any = (
        ApplicationBuilder().token(token).base_url(f"{address}/bot").concurrent_updates(True).pool_timeout(60).build()
    )
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:3])
