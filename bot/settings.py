"""Settings: ``config.toml``, overridden by ``LOA_SECTION__NAME`` in the environment.

Secrets are never shown by ``repr``. An unknown name in the file is an error, so that a typing mistake is found at
start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from campaign.hours import Hours

DEFAULT_FILE = "config.toml"
CHANNEL_WORDS = {"webchat": "trang web", "telegram": "Telegram", "zalo_oa": "Zalo", "zalo_bot": "Zalo (bot)"}
"""The channels as people call them."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Federation(Section):
    name: str = "Liên đoàn Lao động tỉnh"
    short_name: str = "LĐLĐ tỉnh"
    time_zone: str = "Asia/Ho_Chi_Minh"
    address_form: Literal["anh/chị", "đồng chí"] = "anh/chị"

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        ZoneInfo(name)
        return name


class Database(Section):
    url: str = "sqlite:///data/loa.sqlite3"

    @field_validator("url")
    @classmethod
    def _as_providers_write_it(cls, url: str) -> str:
        return f"postgresql+psycopg://{rest}" if (rest := url.removeprefix("postgres://")) != url else url


class Media(Section):
    """``s3://bucket/prefix`` shares photos between machines; what is empty is taken from AWS_… in the environment."""

    url: str = "file://data/media"
    endpoint: str = ""  # of a store compatible with S3; empty: Amazon's own
    region: str = ""
    key: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")
    cache: str = "data/media-cache"  # copies on this machine of what a shared store keeps
    cache_mb: int = Field(default=2000, ge=50)


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""

    @property
    def address(self) -> str:
        """The address people open, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


class Telegram(Section):
    enabled: bool = False
    token: SecretStr = SecretStr("")
    api_base: str = "https://api.telegram.org"
    mode: Literal["poll", "webhook"] = "poll"
    webhook_secret: SecretStr = SecretStr("")
    proxy: str = ""


class ZaloOa(Section):
    """A Zalo Official Account. What no source settles is a setting here, with the safe value as its default."""

    enabled: bool = False
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    oa_id: str = ""
    oa_secret_key: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    api_base: str = "https://openapi.zalo.me"
    oauth_base: str = "https://oauth.zaloapp.com"
    business_base: str = "https://business.openapi.zalo.me"
    callback_url: str = ""  # as typed into the console; the sign-in page comes back there with ?code=
    code_verifier: SecretStr = SecretStr("")  # whose challenge stands in the console; empty: made by `loa zalo login`
    signature_variant: str = ""  # which of the eight ways of signing holds; empty: any, and the log says which
    send_proof: bool = False  # add appsecret_proof to every request
    template_id: str = ""  # an approved ZBS template for people outside the seven days; empty: they are phoned
    template_field: str = "noi_dung"  # its field that takes the words
    template_nested: bool = False  # {"recipient": {"user_id": …}} instead of {"user_id": …}
    template_price: int = Field(default=200, ge=0)  # đồng; the government tariff is lower
    reply_price: int = Field(default=55, ge=0)  # đồng, between 48 hours and seven days
    free_per_window: int = Field(default=8, ge=0)  # messages for nothing after each sign of life; 0: unlimited
    group_admin: str = ""  # user_id of an admin of the OA who follows it: Zalo wants one in every group
    file_hosts: tuple[str, ...] = (".zdn.vn", ".zadn.vn")  # where people's photos may be fetched from
    verification_file: str = ""  # zalo_verifier….html, where the console asks for such a file on our domain
    template_limit: int = Field(default=400, ge=20)  # letters that the template's field takes
    silence_hours: float = Field(default=24, gt=0)  # nothing heard for so long: the admins are told


class ZaloBot(Section):
    """A bot of the Zalo Bot Platform: a quick pilot, with a small monthly quota."""

    enabled: bool = False
    token: SecretStr = SecretStr("")
    api_base: str = "https://bot-api.zaloplatforms.com"
    mode: Literal["poll", "webhook"] = "poll"
    webhook_secret: SecretStr = SecretStr("")
    monthly_quota: int = Field(default=3000, ge=0)  # messages a month of the free plan; 0: unlimited
    link: str = ""  # the bot's own address, from Zalo Bot Creator, for those who should write to it in private
    # Where people's photos may be fetched from; a name that is refused stands in the log.
    file_hosts: tuple[str, ...] = (".zdn.vn", ".zadn.vn", ".zalo.me", ".zaloplatforms.com", ".zapps.me", ".zapps.vn")


class Secrets(Section):
    """``key`` seals tokens in the database; empty: a key file beside the database, made at first need."""

    key: SecretStr = SecretStr("")


class Delivery(Section):
    """``prefer``: the order in which a person with several channels is written to; the first that reaches them.

    A push pauses by itself when at least ``pause_after`` chats refused it and they are more than ``pause_share`` of
    those that answered.
    """

    prefer: tuple[str, ...] = ("zalo_oa", "zalo_bot", "telegram", "webchat")
    pause_after: int = Field(default=10, ge=1)
    pause_share: float = Field(default=0.3, gt=0, le=1)
    pin_assignments: bool = True  # what asks for work stays pinned in groups until its deadline


class HoursSection(Section):
    quiet: str = "20:30-07:00"
    lunch: str = "11:30-13:30"
    digest_at: str = "14:00"


class Demo(Section):
    enabled: bool = True
    speed: float = Field(default=600, gt=0)


class Pace(Section):
    """What one account of a platform may send; the platform's own figures stand in its folder."""

    per_second: float = Field(default=28.5, gt=0)
    per_chat: float = Field(default=1, gt=0)
    per_group_minute: int = Field(default=20, gt=0)


class Paces(Section):
    telegram: Pace = Pace()
    webchat: Pace = Pace(per_second=500, per_chat=50, per_group_minute=3000)
    zalo_oa: Pace = Pace(per_second=1, per_chat=1, per_group_minute=20)  # 60 a minute; packages differ
    zalo_bot: Pace = Pace(per_second=1, per_chat=1, per_group_minute=20)  # nothing is published


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LOA_", env_nested_delimiter="__", extra="forbid")

    federation: Federation = Federation()
    database: Database = Database()
    media: Media = Media()
    web: Web = Web()
    telegram: Telegram = Telegram()
    zalo_oa: ZaloOa = ZaloOa()
    zalo_bot: ZaloBot = ZaloBot()
    secrets: Secrets = Secrets()
    delivery: Delivery = Delivery()
    hours: HoursSection = HoursSection()
    demo: Demo = Demo()
    pace: Paces = Paces()
    clock: str | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, toml_file=cls.model_config.get("toml_file"))
        return init_settings, env_settings, file

    @property
    def live_channels(self) -> frozenset[str]:
        """The channels that are switched on; the web chat always is."""
        switched = {
            "telegram": self.telegram.enabled,
            "zalo_oa": self.zalo_oa.enabled,
            "zalo_bot": self.zalo_bot.enabled,
        }
        return frozenset({"webchat", *(name for name, on in switched.items() if on)})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.federation.time_zone)

    @property
    def working_hours(self) -> Hours:
        return Hours.parse(self.hours.quiet, self.hours.lunch, self.hours.digest_at, self.zone)


def load_settings(file: Path | None = None, **overrides: Any) -> Settings:
    """Read ``file``, else the file named by LOA_CONFIG, else ``config.toml`` here when there is one.

    Raises FileNotFoundError for a named file that is not there and pydantic's ValidationError for what it cannot
    accept.
    """
    named = file or (Path(os.environ["LOA_CONFIG"]) if os.environ.get("LOA_CONFIG") else None)
    if named and not named.is_file():
        raise FileNotFoundError(named)

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=named or DEFAULT_FILE)

    return FromFile(**overrides)
