"""``make bench``: all figures of one machine in one table."""

from benchmarks import delivery, limits, town, updates, webhooks, zalo
from benchmarks.table import Table

PEERS = (
    "aiogram-broadcaster keeps its set of chats in memory, or writes all of it to a file after each message without "
    "waiting for the disk; it knows no priorities, no pace of a chat or group, and no unknown outcomes"
)
FLOOR = (
    "an outcome is durable when the disk has it: with a free answer, four deliveries share each wait for the disk, "
    "because no more than four requests may be in doubt after a power cut"
)

if __name__ == "__main__":
    table = Table("What one process does", "make bench")
    delivery.main(table)
    updates.main(table)
    limits.main(table)
    zalo.main(table)
    webhooks.main(table)
    town.main(table)
    table.note(FLOOR)
    table.note(PEERS)
    table.save("bench")
