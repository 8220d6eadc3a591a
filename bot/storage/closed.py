"""What the database itself refuses, so that what comes past our own types is no way in for words either."""

from sqlalchemy import CheckConstraint, Column

from bot.storage.types import Code, Codes, Digest, Secret, Week

SEALED = 100  # characters of the shortest text that Fernet makes
_CODE = "a-z0-9_."
_SEPARATORS = ",:;=+~"


def checks(column: Column[object]) -> list[CheckConstraint]:
    """One for each dialect, under one name; none where the kind of number says it all already."""
    name, kind = column.name, column.type
    if isinstance(kind, Week):
        sqlite = f"length({name}) <= {kind.limit} AND {name} GLOB '[0-9][0-9][0-9][0-9]-W[0-9][0-9]'"
        postgresql = f"{name} ~ '^[0-9]{{4}}-W[0-9]{{2}}$'"
    elif isinstance(kind, Code):
        signs = f"{_CODE}{_SEPARATORS}-" if isinstance(kind, Codes) else f"{_CODE}-"
        # A NUL would end what length and GLOB look at, and anything could follow it.
        sqlite = f"length({name}) <= {kind.limit} AND instr({name}, char(0)) = 0 AND {name} NOT GLOB '*[^{signs}]*'"
        postgresql = f"length({name}) <= {kind.limit} AND {name} ~ '^[{signs}]*$'"
    elif isinstance(kind, Digest):
        sqlite = postgresql = f"length({name}) = {kind.limit}"
    elif isinstance(kind, Secret):
        signs, long = "A-Za-z0-9_=-", f"length({name}) >= {SEALED}"
        text = f"CAST({name} AS TEXT)"
        sqlite = (
            f"{long} AND instr({name}, X'00') = 0 AND {text} GLOB 'gAAAA*' AND {text} NOT GLOB '*[^{signs}]*'"
        )
        postgresql = f"{long} AND encode({name}, 'escape') ~ '^gAAAA[{signs}]*$'"
    else:
        return []
    return [
        CheckConstraint(sqlite, name=name).ddl_if(dialect="sqlite"),
        CheckConstraint(postgresql, name=name).ddl_if(dialect="postgresql"),
    ]
