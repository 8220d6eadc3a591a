"""All that must be in order before the bot is started, read and checked; it starts nothing."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.config import Settings
from bot.errors import DatabaseAway, StorageFailed
from bot.flows import loader
from bot.locales import reading, words
from bot.municipality import Municipality
from bot.storage import keys, migrate
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_database

LONGEST_WAIT = 15.0  # seconds between two tries to reach the database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that must be in order before anything is started."""

    settings: Settings
    municipality: Municipality
    content: loader.Content
    words: words.Words
    db: Database
    cipher: Cipher


def prepare(settings: Settings, municipality: Municipality) -> Prepared:
    """Raises ConfigError or FlowError before anything is started; migrates the database where it needs it."""
    content = loader.load(unverified=bool(municipality.content.unverified_approved_by))
    chosen = municipality.languages
    spoken = reading.load(
        zone=municipality.timezone,
        needed=content.needed(),
        wanted=reading.Wanted(chosen.staff, chosen.citizen, chosen.reviewed_only),
    )
    cipher = Cipher(settings.key, settings.key_old)
    db = open_database(settings.database)
    db.run_now(lambda c: _ready(c, cipher))
    return Prepared(settings, municipality, content, spoken, db, cipher)


def once_it_answers(prepared: Callable[[], Prepared]) -> Prepared:
    """Waits for as long as the database's server does not answer, as for Telegram's: they may be started together, and
    nobody need start again what can come up by itself."""
    pause = 0.0
    while True:
        try:
            return prepared()
        except (DatabaseAway, StorageFailed) as error:
            if not pause:
                log.warning("event=database_not_reached reason=%r meaning='trying on'", str(error))
            pause = min(LONGEST_WAIT, max(1.0, pause * 2))
            time.sleep(pause)


def _ready(c: Connection, cipher: Cipher) -> None:
    migrate.upgrade(c)
    keys.check(c, cipher)
