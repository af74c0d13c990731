"""What every command needs: settings, the database, the media store, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from bot import demo_clock
from bot.clock import Clock, parse_clock
from bot.settings import Media as MediaSettings
from bot.settings import Settings, load_settings
from campaign import rules
from campaign.hours import Hours
from campaign.rules import DeliveryRules
from storage import migrate
from storage.database import Database
from storage.media import Media
from storage.media_store import s3_options
from storage.models import Unit


@dataclass
class Core:
    settings: Settings
    database: Database
    media: Media
    clock: Clock
    hours: Hours

    def close(self) -> None:
        self.database.close()


def open_core(config: Path | None = None) -> Core:
    """Read the settings and open everything; the database is migrated when it is older than this version.

    Raises what ``load_settings`` and the database driver raise, and BadClock.
    """
    settings = load_settings(config)
    database = Database(settings.database.url)
    database.info[rules.NAME] = delivery_rules(settings)
    migrate.upgrade(database)
    clock = parse_clock(settings.clock) if settings.clock else demo_clock.resume(database)
    return Core(settings, database, open_media(settings.media), clock, settings.working_hours)


def open_media(settings: MediaSettings) -> Media:
    """Raises MissingExtra."""
    is_s3 = settings.url.startswith(("s3://", "s3a://"))
    key, secret = settings.key.get_secret_value(), settings.secret.get_secret_value()
    options = s3_options(settings.endpoint, settings.region, key, secret) if is_s3 else {}
    return Media(settings.url, Path(settings.cache), cache_bytes=settings.cache_mb * 1_000_000, options=options)


def delivery_rules(settings: Settings) -> DeliveryRules:
    """The rules that every session of this installation carries."""
    delivery = settings.delivery
    return DeliveryRules(
        prefer=delivery.prefer,
        live=settings.live_channels,
        pause_after=delivery.pause_after,
        pause_share=delivery.pause_share,
        pin_assignments=delivery.pin_assignments,
    )


def is_empty(session: Session) -> bool:
    """No unit has ever been entered: the place where the sample may be put."""
    return session.exec(select(Unit.id).limit(1)).first() is None
