"""How the bot hears: long polling or a webhook, never both; and the files it was sent."""

from ..errors import conflict
from ..params import Params
from ..text import JSON
from ..world import World


async def get_updates(world: World, params: Params) -> list[JSON]:
    if world.webhook.url:
        first = "use deleteWebhook to delete the webhook first"
        raise conflict(f"can't use getUpdates method while webhook is active; {first}")
    _allow(world, params)
    limit = params.integer("limit", world.limits.poll_batch)
    timeout = min(max(params.integer("timeout"), 0), world.limits.poll_seconds)
    batch = limit if 1 <= limit <= world.limits.poll_batch else world.limits.poll_batch
    return await world.updates.poll(params.integer("offset"), batch, timeout)


async def set_webhook(world: World, params: Params) -> bool:
    url = params.text("url").strip()
    if not url:
        return await delete_webhook(world, params)
    _allow(world, params)
    if params.truth("drop_pending_updates"):
        world.updates.pending.clear()
    world.webhook.set(url, params.text("secret_token"), min(max(params.integer("max_connections", 40), 1), 100))
    world.updates.interrupt("terminated by setWebhook request")
    return True


async def delete_webhook(world: World, params: Params) -> bool:
    await world.webhook.close()
    if params.truth("drop_pending_updates"):
        world.updates.pending.clear()
    return True


def get_webhook_info(world: World, params: Params) -> JSON:
    return world.webhook.info()


def get_file(world: World, params: Params) -> JSON:
    return world.files.link(params.text("file_id"))


def _allow(world: World, params: Params) -> None:
    world.updates.allow(params.items("allowed_updates") if params.has("allowed_updates") else None)


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getFile": get_file,
}
