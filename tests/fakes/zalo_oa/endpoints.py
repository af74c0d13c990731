"""Which address does what. ``SENDS`` are the ones that say something to somebody."""

from collections.abc import Callable
from typing import Any

from . import group_api, reading, sending, tags, templates, uploads
from .errors import ZaloError
from .params import Params
from .world import World

Act = Callable[[World, Params], Any]


def _stopped(world: World, params: Params) -> None:
    raise ZaloError(-240)


_G = "/v3.0/oa/group"
API: dict[tuple[str, str], Act] = {
    ("POST", "/v3.0/oa/message/cs"): sending.consult,
    ("POST", "/v3.0/oa/message/template"): templates.by_uid,
    ("POST", "/v3.0/oa/message/transaction"): _stopped,
    ("POST", "/v3.0/oa/message/promotion"): _stopped,
    ("POST", "/v2.0/oa/message"): sending.v2_message,
    ("POST", "/v3.0/oa/quota/message"): reading.quota_message,
    ("POST", "/v3.0/oa/quota/group"): reading.quota_group,
    ("POST", "/v2.0/oa/upload/image"): uploads.image,
    ("POST", "/v2.0/oa/upload/gif"): uploads.gif,
    ("POST", "/v2.0/oa/upload/file"): uploads.file,
    ("GET", "/v2.0/oa/getoa"): reading.getoa,
    ("GET", "/v3.0/oa/user/detail"): reading.user_detail,
    ("GET", "/v3.0/oa/user/getlist"): reading.user_list,
    ("GET", "/v2.0/oa/listrecentchat"): reading.recent_chats,
    ("GET", "/v2.0/oa/conversation"): reading.conversation,
    ("POST", "/v2.0/oa/tag/tagfollower"): tags.add,
    ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): tags.remove,
    ("POST", "/v2.0/oa/tag/rmtag"): tags.drop,
    ("GET", "/v2.0/oa/tag/gettagsofoa"): tags.everything,
    ("POST", f"{_G}/message"): sending.to_group,
    ("POST", f"{_G}/creategroupwithoa"): group_api.create,
    ("GET", f"{_G}/getgroup"): group_api.info,
    ("POST", f"{_G}/updateinfo"): group_api.update_info,
    ("POST", f"{_G}/updateasset"): group_api.update_asset,
    ("POST", f"{_G}/invite"): group_api.invite,
    ("GET", f"{_G}/listpendinginvite"): group_api.pending,
    ("POST", f"{_G}/acceptpendinginvite"): group_api.accept_pending,
    ("POST", f"{_G}/rejectpendinginvite"): group_api.reject_pending,
    ("GET", f"{_G}/listmember"): group_api.members,
    ("POST", f"{_G}/addadmins"): group_api.add_admins,
    ("POST", f"{_G}/removeadmins"): group_api.remove_admins,
    ("POST", f"{_G}/removemembers"): group_api.remove_members,
    ("POST", f"{_G}/delete"): group_api.delete,
    ("GET", f"{_G}/getgroupsofoa"): group_api.all_groups,
    ("GET", f"{_G}/listrecentchat"): reading.recent_group_chats,
    ("GET", f"{_G}/conversation"): reading.group_conversation,
}
BUSINESS: dict[tuple[str, str], Act] = {
    ("POST", "/message/template"): templates.by_phone,
    ("GET", "/template/info/v2"): templates.info,
    ("GET", "/template/all"): templates.everything,
    ("GET", "/message/status"): templates.status,
    ("GET", "/message/quota"): templates.quota,
    ("GET", "/quality"): templates.quality,
}
SENDS = frozenset(
    {"/v3.0/oa/message/cs", "/v3.0/oa/message/template", "/v2.0/oa/message", f"{_G}/message", "/message/template"}
)


def addressee(params: Params) -> str | None:
    """Whom a request is about, wherever the id stands."""
    recipient = params.values.get("recipient")
    for place in (recipient if isinstance(recipient, dict) else {}, params.values):
        for name in ("user_id", "group_id", "phone"):
            if isinstance(place.get(name), str):
                return str(place[name])
    return None
