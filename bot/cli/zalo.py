"""loa zalo login · token · renew"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlmodel import Session

from bot.cli.frame import fail, house, show
from bot.core import Core
from handlers import alarming
from storage import grants
from storage.sealing import KeyLost, Sealer, sealer_for

if TYPE_CHECKING:  # half a second to import: only for those who need it
    from bot.channels.zalo_oa.tokens import Tokens

app = typer.Typer(
    help="Zalo Official Account (OA): đăng nhập, xem và làm mới quyền. Nhóm của OA: loa groups. Bot: loa zalobot.",
    no_args_is_help=True,
)
NAME = "zalo_oa"
VERIFIER = "code_verifier"  # the fact that keeps it, sealed, where the settings name none

STEPS = """Đăng nhập Zalo OA:
1. Mở developers.zalo.me, chọn ứng dụng, mục Official Account → Thiết lập chung.
2. Dòng Official Account Callback Url: {callback}
3. Dòng Code Challenge: {challenge}
4. Đánh dấu đủ quyền: gửi tin nhắn, quản lý tin nhắn người dùng, thông tin OA, bài viết, nhận sự kiện tin nhắn,
   nhận sự kiện người dùng, quản lý thông tin nhóm. Bấm Lưu.
5. Mở đường dẫn cấp quyền hiện ở trang đó bằng tài khoản quản trị viên OA, bấm Cho phép.
6. Trình duyệt chuyển tới địa chỉ callback (trang có thể báo lỗi, không sao). Chép cả địa chỉ đó, dán vào đây.
Mã chỉ dùng được một lần, trong 10 phút."""
NO_CALLBACK = "(địa chỉ https bất kỳ của tên miền đã xác thực; nên ghi cả vào [zalo_oa] callback_url)"
NO_APP = "Chưa khai app_id và app_secret. Hãy đặt [zalo_oa] app_id và LOA_ZALO_OA__APP_SECRET rồi chạy lại."
NO_CODE = "Không thấy mã trong phần vừa dán. Dán cả địa chỉ có đoạn ?code=… hoặc riêng mã."
OTHER_OA = (
    "Địa chỉ là của OA {found}, nhưng cấu hình ghi oa_id = {wanted}. Đăng nhập lại bằng đúng OA, hoặc sửa cấu hình."
)
NO_OA = "Chưa biết mã OA. Dán cả địa chỉ callback (có oa_id=…), hoặc đặt [zalo_oa] oa_id rồi đăng nhập lại."
REFUSED = (
    "Zalo không nhận mã này (có thể đã dùng, quá 10 phút, hoặc Code Challenge ở trang cài đặt khác). Làm lại từ đầu."
)
NO_LINE = "Không kết nối được tới Zalo. Kiểm tra mạng rồi đăng nhập lại từ đầu."
DONE = "Đã đăng nhập Zalo OA {oa}. Tin đang chờ sẽ tự gửi trong ít phút."


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="zalo")


@app.command(help="Đăng nhập OA: in các bước, nhận mã dán vào.")
def login(
    code: Annotated[str, typer.Option(help="Mã, hoặc cả địa chỉ callback; không có thì hỏi.")] = "",
) -> None:
    from bot.channels.zalo_oa.signin import challenge_of, pasted

    with house() as core:
        settings = core.settings.zalo_oa
        if not (settings.app_id and settings.app_secret.get_secret_value()):
            fail(NO_APP)
        sealer = sealer_for(core.settings.secrets.key.get_secret_value(), core.database)
        try:
            verifier = _verifier(core, sealer)
            if not code:
                typer.echo(
                    STEPS.format(callback=settings.callback_url or NO_CALLBACK, challenge=challenge_of(verifier))
                )
                code = typer.prompt("Dán địa chỉ hoặc mã")
            spent, shown = pasted(code)
            oa_id = _which_oa(core, spent, shown)
            asyncio.run(_exchange(core, sealer, spent, verifier, oa_id))
        except KeyLost as lost:
            fail(lost.sentence)
        typer.echo(DONE.format(oa=oa_id))


def _which_oa(core: Core, code: str, shown: str) -> str:
    from bot.channels.zalo_oa.channel import known_oa

    if not code:
        fail(NO_CODE)
    wanted = core.settings.zalo_oa.oa_id
    if wanted and shown and wanted != shown:
        fail(OTHER_OA.format(found=shown, wanted=wanted))
    oa_id = wanted or shown or known_oa(core.database)
    if not oa_id:
        fail(NO_OA)
    return oa_id


def _verifier(core: Core, sealer: Sealer) -> str:
    """One for the whole life of an installation: its challenge is typed into the console once."""
    from bot.channels.zalo_oa.signin import new_verifier

    if named := core.settings.zalo_oa.code_verifier.get_secret_value():
        return named

    def find(session: Session) -> str:
        row = grants.fact(session, NAME, "", VERIFIER)
        if row is not None:
            try:
                return str(sealer.open(row.value["sealed"])["verifier"])
            except KeyLost:
                typer.echo("Khóa niêm phong cũ không còn, tạo Code Challenge mới.", err=True)
        made = new_verifier()
        grants.note_fact(session, NAME, "", VERIFIER, {"sealed": sealer.seal({"verifier": made})}, core.clock.now())
        return made

    with core.database.transaction() as session:
        return find(session)


async def _exchange(core: Core, sealer: Sealer, code: str, verifier: str, oa_id: str) -> None:
    from bot.channels.zalo_oa.channel import KNOWN_OA
    from bot.channels.zalo_oa.limits import Waits
    from bot.channels.zalo_oa.signin import SignIn, SignInRefused, SignInUnanswered, SignInUnreachable
    from bot.channels.zalo_oa.tokens import ENDED_BY_SIGNING_IN

    sealer.seal({})  # a key that cannot be made is found out before the code is spent
    tokens = _tokens(core, sealer, oa_id)
    signin = SignIn(core.settings.zalo_oa, Waits())
    try:
        pair = await signin.exchange(code, verifier)
        await tokens.keep(pair)
        value = {"oa_id": oa_id}
        await core.database.write(grants.note_fact, NAME, "", KNOWN_OA, value, core.clock.now())
        await core.database.write(alarming.mended, ENDED_BY_SIGNING_IN)
    except SignInRefused as refused:
        fail(f"{REFUSED} (mã lỗi của Zalo: {refused.code})")
    except (SignInUnanswered, SignInUnreachable):
        fail(NO_LINE)
    finally:
        await signin.close()
        await tokens.close()


@app.command(help="Quyền truy cập hiện tại: cấp lúc nào, còn bao lâu (không hiện mã).")
def token(as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    from bot.channels.zalo_oa.channel import known_oa

    with house() as core:
        account = core.settings.zalo_oa.oa_id or known_oa(core.database)
        with core.database.snapshot() as session:
            value = _status(core, session, account)
        show(value, as_json=as_json, text=_in_words(value, core))
        if value["state"] in ("none", "dead", "key_lost"):
            raise typer.Exit(1)


@app.command(help="Làm mới quyền truy cập ngay bây giờ; cần khi thử ngày đầu, bình thường hệ thống tự làm.")
def renew() -> None:
    from bot.channels.zalo_oa.channel import known_oa
    from bot.channels.zalo_oa.tokens import NoGrant

    with house() as core:
        account = core.settings.zalo_oa.oa_id or known_oa(core.database)
        try:
            asyncio.run(_renew(core, account))
        except NoGrant as error:
            fail(error.sentence)
        typer.echo(f"Đã làm mới quyền truy cập của OA {account}.")


async def _renew(core: Core, account: str) -> None:
    tokens = _tokens(core, sealer_for(core.settings.secrets.key.get_secret_value(), core.database), account)
    try:
        await tokens.renew(await tokens.current())
    finally:
        await tokens.close()


def _tokens(core: Core, sealer: Sealer, account: str) -> Tokens:
    from bot.channels.zalo_oa.channel import only_log
    from bot.channels.zalo_oa.limits import Waits
    from bot.channels.zalo_oa.tokens import Tokens

    return Tokens(core.database, sealer, core.settings.zalo_oa, account, core.clock, only_log, Waits())


def _status(core: Core, session: Session, account: str) -> dict[str, Any]:
    from bot.channels.zalo_oa.limits import LIFETIME_SECONDS, RENEW_SECONDS

    grant = grants.newest(session, NAME, account)
    if grant is None:
        return {"account": account, "state": "none", "kept": 0}
    state = "dead" if grant.dead else "good"
    lifetime = float(LIFETIME_SECONDS)
    try:
        sealer = sealer_for(core.settings.secrets.key.get_secret_value(), core.database)
        lifetime = float(sealer.open(grant.sealed).get("lifetime", lifetime))
    except KeyLost:
        state = "key_lost"
    return {
        "account": account,
        "state": state,
        "kept": grants.count(session, NAME, account),
        "issued_at": grant.issued_at,
        "renews_at": grant.issued_at + timedelta(seconds=RENEW_SECONDS),
        "expires_at": grant.issued_at + timedelta(seconds=lifetime),
    }


def _in_words(value: dict[str, Any], core: Core) -> str:
    if value["state"] == "none":
        return "Zalo OA chưa đăng nhập. Chạy: loa zalo login"
    if value["state"] == "key_lost":
        return (
            "Không mở được mã đã lưu vì mất khóa niêm phong. Khôi phục khóa từ bản sao lưu, hoặc chạy: loa zalo login"
        )

    def when(name: str) -> str:
        return f"{core.hours.local(value[name]):%H:%M %d/%m/%Y}"

    lines = [
        f"OA {value['account']}: "
        + ("Zalo đã từ chối làm mới. Chạy: loa zalo login" if value["state"] == "dead" else "quyền truy cập còn tốt."),
        f"Cấp lúc {when('issued_at')}, tự làm mới lúc {when('renews_at')}, hết hạn lúc {when('expires_at')}. "
        f"Đang giữ {value['kept']} lần cấp gần nhất.",
    ]
    return "\n".join(lines)
