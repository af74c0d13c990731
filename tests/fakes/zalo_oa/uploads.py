"""Pictures and files of the OA: by content and by size, for seven days, five thousand times a month."""

from .errors import ZaloError, invalid, too_much
from .limits import LOCAL
from .params import Params
from .state import JSON, Asset, Upload
from .world import World

_IMAGES = {"jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_FILES = {"pdf": b"%PDF", "docx": b"PK\x03\x04", "doc": b"\xd0\xcf\x11\xe0", "csv": b""}


def image(world: World, params: Params) -> JSON:
    upload = _upload(world, params, world.limits.image_bytes)
    _require_type(upload, _IMAGES)
    return {"attachment_id": _store(world, "image", upload).id}


def gif(world: World, params: Params) -> JSON:
    upload = _upload(world, params, world.limits.gif_bytes)
    _require_type(upload, {"gif": b"GIF8"})
    return {"attachment_id": _store(world, "gif", upload).id}


def file(world: World, params: Params) -> JSON:
    upload = _upload(world, params, world.limits.file_bytes)
    _require_type(upload, {ending: _FILES[ending] for ending in world.limits.file_types})
    return {"token": _store(world, "file", upload).id}


def _upload(world: World, params: Params, most: int) -> Upload:
    month = world.now().astimezone(LOCAL).strftime("%Y-%m")
    if sum(f"{at.astimezone(LOCAL):%Y-%m}" == month for at in world.uploads) >= world.limits.uploads_a_month:
        raise ZaloError(-211)
    upload = params.uploads.get("file")
    if upload is None or not upload.data:
        raise invalid("file")
    if len(upload.data) > most:
        raise too_much("file")
    return upload


def _require_type(upload: Upload, known: dict[str, bytes]) -> None:
    """Name and first bytes must agree: a renamed .xlsx is still none of ours."""
    stem, dot, ending = upload.name.rpartition(".")
    magic = known.get(ending.lower())
    if not stem or not dot or magic is None or not upload.data.startswith(magic):
        raise invalid("file type")


def _store(world: World, kind: str, upload: Upload) -> Asset:
    asset = Asset(world.hex_id(kind) + "-asset", kind, upload, world.now())
    world.assets[asset.id] = asset
    world.uploads.append(world.now())
    return asset
