"""Telegram, through python-telegram-bot's ``Bot``. Nothing of that library leaves this folder."""
