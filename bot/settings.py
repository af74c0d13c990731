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


class Media(Section):
    url: str = "file://data/media"


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
    """Reserved names; the channel itself is not in this version, and switching it on is refused at start."""

    enabled: bool = False
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    oa_id: str = ""
    oa_secret_key: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    api_base: str = "https://openapi.zalo.me"
    oauth_base: str = "https://oauth.zaloapp.com"


class ZaloBot(Section):
    """Reserved names, as for ZaloOa."""

    enabled: bool = False
    token: SecretStr = SecretStr("")
    api_base: str = "https://bot-api.zaloplatforms.com"
    mode: Literal["poll", "webhook"] = "poll"
    webhook_secret: SecretStr = SecretStr("")


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


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LOA_", env_nested_delimiter="__", extra="forbid")

    federation: Federation = Federation()
    database: Database = Database()
    media: Media = Media()
    web: Web = Web()
    telegram: Telegram = Telegram()
    zalo_oa: ZaloOa = ZaloOa()
    zalo_bot: ZaloBot = ZaloBot()
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
