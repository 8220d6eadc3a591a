"""Every try with a code is counted here, so that restarts and replicas agree; whose it was is kept as a digest."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, func, insert, literal_column, select

from bot.storage.tables import attempt
from bot.storage.types import Digest, Moment

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OF_ONE_AN_HOUR = 5
OF_ALL_A_MINUTE = 60

_now = bindparam("now", type_=Moment)
_chat = bindparam("of_chat", type_=Digest)
_OF_ONE = (
    select(func.count())
    .select_from(attempt)
    .where(attempt.c.chat == _chat, attempt.c.at > bindparam("an_hour_ago", type_=Moment))
    .scalar_subquery()
)
# Beyond her own limit nothing is written, so that one person cannot use up what all have together.
_TRY = insert(attempt).from_select(
    ["chat", "at"],
    select(_chat, _now).where(
        bindparam("counts", type_=Integer) == literal_column("1"), OF_ONE_AN_HOUR > _OF_ONE
    ),
)
_OF_ALL = (
    select(func.count()).select_from(attempt).where(attempt.c.at > bindparam("a_minute_ago", type_=Moment))
)


def may_try(c: Connection, chat: bytes, now: datetime, *, counts: bool) -> bool:
    """Whether a code may be looked at now. Does the same work for everybody: `counts` is false where there is none."""
    this = {"of_chat": chat, "now": now, "an_hour_ago": now - HOUR, "counts": int(counts)}
    hers = c.execute(_TRY, this).rowcount
    of_all = c.execute(_OF_ALL, {"a_minute_ago": now - MINUTE}).scalar_one()
    return hers == 1 and of_all <= OF_ALL_A_MINUTE
