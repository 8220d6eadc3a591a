"""Every table, on one screen; what is asked of them stands in the modules named after them.

Tables are STRICT: SQLite would otherwise keep any text in a column that is called INTEGER.
"""

from functools import partial

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import Column as Optional

from bot.storage.closed import checks
from bot.storage.types import Code, Codes, Digest, Flag, Key, Moment, Number, Secret, Week

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
Column = partial(Optional, nullable=False)
strict = partial(Table, sqlite_strict=True)
hers = partial(ForeignKey, "staff.id", ondelete="CASCADE")
of_referral = partial(ForeignKey, "referral.reference", ondelete="CASCADE")

staff = strict(
    "staff", metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_digest", Digest, unique=True),
    Column("chat", Secret), Column("name", Secret), Column("phone", Secret),
    Column("role", Code), Column("unit", Code), Column("language", Code),
    Column("turn", Integer), Column("live", Integer), Column("active", Key), Column("blocked", Flag),
    Column("admitted", Moment), Optional("removed", Moment),
    sqlite_autoincrement=True,  # the id of a deleted person must never mean another one
)  # fmt: skip

invitation = strict(
    "invitation", metadata,
    Column("code_hash", Digest, primary_key=True),
    Column("role", Code), Column("unit", Code), Column("name", Secret), Column("phone", Secret),
    Column("created", Moment), Column("expires", Moment), Optional("used", Moment),
)  # fmt: skip

# Which coordinator made an invitation.
issued = strict(
    "issued", metadata,
    Column("code_hash", Digest, ForeignKey("invitation.code_hash", ondelete="CASCADE"), primary_key=True),
    Column("staff", Integer, hers(), index=True),
)  # fmt: skip

# Every try with a code, for as long as it counts: whose it was only as a digest, and never which code.
attempt = strict(
    "attempt", metadata,
    Column("id", Integer, primary_key=True),
    Column("chat", Digest, index=True), Column("at", Moment, index=True),
)  # fmt: skip

# What a coordinator is awaited to type of a colleague, and what she has typed so far, sealed; for ten minutes. `about`
# is the colleague whose name or telephone is corrected.
entry = strict(
    "entry", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Column("what", Code), Column("role", Code), Column("unit", Code), Optional("about", Integer, hers()),
    Column("name", Secret), Column("due", Moment),
)  # fmt: skip

session = strict(
    "session", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Column("about", Key, primary_key=True),
    Column("flow", Code), Column("state", Code), Column("turn", Integer),
    Column("given", Codes(4000)), Column("trail", Codes(16000)), Column("ticks", Codes(1000)),
    Column("view", Code), Column("sealed", Integer), Column("reference", Key),
    Column("version", Integer), Column("touched", Moment, index=True),
    Optional("cover", Moment),  # when the hidden screen is laid over it; none where it lies there
)  # fmt: skip

outcome = strict(
    "outcome", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),  # drawn by lot: an order would tell the hour
    Column("week", Week), Column("unit", Code), Column("moment", Code), Column("mode", Code),
    Column("response", Code), Column("forms", Codes(128)), Column("children", Code), Column("level", Code),
    Column("duty", Code), Column("wish", Code), Column("next", Code), Column("result", Code),
    Column("urgency", Code), Column("path", Code), Column("accepted", Integer), Column("reached", Integer),
    Column("offer", Code), Column("answer", Code), Column("close", Code),
    *(Optional(hours, Integer) for hours in ("hours_to_open", "hours_to_accept", "hours_to_reach")),
)  # fmt: skip

# What became of a hand-over beside its outcome's columns, whose names others rely on.
course = strict(
    "course", metadata,
    Column(
        "outcome", Number, ForeignKey("outcome.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("week", Week), Column("unit", Code), Column("assessment", Code),
    *(Optional(f"open_hours_to_{what}", Integer) for what in ("open", "accept", "reach")),
)  # fmt: skip

# In how many conversations words were shown in which language: sums of a quarter, no unit's and nobody's.
spoken = strict(
    "spoken", metadata,
    Column("quarter", Code, primary_key=True), Column("language", Code, primary_key=True),
    Column("count", Integer),
)  # fmt: skip

referral = strict(
    "referral", metadata,
    Column("reference", Key, primary_key=True),
    Column("sender", Integer, ForeignKey("staff.id")),
    Column("unit", Code), Column("urgency", Code), Column("path", Code), Column("stored", Moment),
    *(Optional(when, Moment) for when in ("delivered", "opened", "accepted")),
    Optional("accepted_by", Integer, ForeignKey("staff.id"), index=True),
    Optional("reached", Moment), Column("contact", Code),
    Column("close", Code), Optional("closed", Moment),
    Optional("outcome", Number, ForeignKey("outcome.id", ondelete="SET NULL")),
)  # fmt: skip

# What is watched over of a hand-over that nobody has taken: whom it may suit best (a unit), when its newest receivers
# were asked, from which notice on, how often more were asked, and whether nobody is left to ask.
watch = strict(
    "watch", metadata,
    Column("reference", Key, ForeignKey("referral.reference", ondelete="CASCADE"), primary_key=True),
    Column("first", Code), Column("asked", Moment), Column("since", Integer), Column("steps", Integer),
    Column("exhausted", Flag),
)  # fmt: skip

absence = strict(
    "absence", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Column("back", Moment),
)  # fmt: skip

# Key persons who are asked after those of their unit.
deputy = strict("deputy", metadata, Column("staff", Integer, hers(), primary_key=True, autoincrement=False))

# When a unit's way to its key persons was last tried, and last shown to work.
route = strict(
    "route", metadata,
    Column("unit", Code, primary_key=True),
    Column("tried", Moment), Optional("proven", Moment),
)  # fmt: skip

# What the key person has done: closed codes and a date, never a score, an item or a plan's content.
_WORK = ("assessment", "tool", "plan", "span", "offer", "answer")

work = strict(
    "work", metadata,
    Column("reference", Key, of_referral(), primary_key=True),
    *(Column(name, Code) for name in _WORK), Optional("review", Moment),
)  # fmt: skip

step = strict(
    "step", metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Key, of_referral(), index=True), Column("staff", Integer, hers()),
    Column("what", Code), Column("made", Moment),
    Column("contact", Code), Optional("reached", Moment),  # these and the next as they were before it
    *(Column(name, Code) for name in _WORK), Optional("review", Moment),
    sqlite_autoincrement=True,  # an old button must never undo another step than its own
)  # fmt: skip

notice = strict(
    "notice", metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Code), Column("staff", Integer, hers()), Column("reference", Key, index=True),
    Optional("due", Moment), Column("attempts", Integer), Column("message", Integer), Column("code", Code),
    Optional("claimed", Moment),
    UniqueConstraint("staff", "kind", "reference"),
    sqlite_autoincrement=True,  # who holds the id of a dropped notice must not settle a later one
)  # fmt: skip

# Every message that stands in a chat: since when, by when it must be gone, and when to try again where that failed.
trace = strict(
    "trace", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Column("message", Integer, primary_key=True, autoincrement=False),
    Column("sent", Moment), Column("due", Moment), Optional("again", Moment),
    CheckConstraint("due <= sent + 144000000", name="forty_hours"),  # a bot cannot delete after 48
)  # fmt: skip

# A message that may stand in a chat without anybody knowing its number: for which notice (0: a reply), after which
# known message, how often it was tried, and up to which message to look for it (0: not known yet).
sending = strict(
    "sending", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Column("notice", Integer, primary_key=True, autoincrement=False),
    Column("after", Integer), Column("tries", Integer), Column("upto", Integer), Column("due", Moment, index=True),
)  # fmt: skip

# What keeps an employee's knowledge fresh: when she is next offered to practise (none: she has declined for good), up
# to which day she has seen what is new, and which library cards she has read in which form, sealed.
freshness = strict(
    "freshness", metadata,
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    Optional("offer", Moment, index=True), Column("news", Code), Column("read", Secret),
)  # fmt: skip


# A practice that a unit's people do together: which situation, whether it is over, and until when it is kept; who has
# been through it, and how many gave each answer: sums, and nobody's answers. Over, the sums are gone, and only that
# this situation was practised is known a little longer, so that no second round can be compared with the first.
def of_round(table: str) -> ForeignKeyConstraint:
    names = ["unit", "situation"]
    return ForeignKeyConstraint(
        names, [f"round.{name}" for name in names], name=f"fk_{table}_unit_situation", ondelete="CASCADE"
    )


round_ = strict(
    "round", metadata,
    Column("unit", Code, primary_key=True), Column("situation", Key, primary_key=True),
    Column("ended", Flag), Column("due", Moment),
)  # fmt: skip
partaker = strict(
    "partaker", metadata,
    Column("unit", Code, primary_key=True), Column("situation", Key, primary_key=True),
    Column("staff", Integer, hers(), primary_key=True, autoincrement=False),
    of_round("partaker"),
)  # fmt: skip
share = strict(
    "share", metadata,
    Column("unit", Code, primary_key=True), Column("situation", Key, primary_key=True),
    Column("question", Code, primary_key=True), Column("choice", Code, primary_key=True),
    Column("count", Integer),
    of_round("share"),
)  # fmt: skip

# How many messages could not be deleted any more, by week; nobody's and no chat's.
leftover = strict("leftover", metadata, Column("week", Week, primary_key=True), Column("count", Integer))

seen_update = strict(
    "seen_update", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("seen", Moment),
)  # fmt: skip

Index(None, trace.c.due)
for _due in (notice.c.due, session.c.cover):
    Index(None, _due, sqlite_where=_due.is_not(None), postgresql_where=_due.is_not(None))

# What reports count, in the order they group by, so that neither a table is read nor a million rows are sorted.
# What was called back as sent in error was no hand-over.
HANDED = "result IN ('disclosed', 'unsure') AND path IN ('referral', 'shelter', 'police') AND close <> 'sent_in_error'"
ASSESSED = "assessment = 'done'"


def _counted(name: str, table: Table, columns: str, only: str | None = None) -> None:
    where = None if only is None else text(only)
    found = (table.c[column] for column in columns.split())
    Index(f"ix_{table.name}_{name}", *found, sqlite_where=where, postgresql_where=where)


_counted("results", outcome, "week unit result mode children duty path")
_counted("steps", outcome, "week unit result path accepted reached offer answer close hours_to_open", HANDED)
_counted("assessed", course, "week unit assessment", ASSESSED)
for _span in ("to_open", "to_accept", "to_reach"):
    _counted(f"hours_{_span}", outcome, f"week hours_{_span}", f"hours_{_span} IS NOT NULL")
    _counted(f"open_hours_{_span}", course, f"week open_hours_{_span}", f"open_hours_{_span} IS NOT NULL")

_here = staff.c.removed.is_(None)
Index(None, staff.c.admitted, sqlite_where=_here, postgresql_where=_here)

for _table in metadata.tables.values():
    for _column in _table.c:
        for _check in checks(_column):
            _table.append_constraint(_check)
