"""The way from one version of the tables to the next, on real SQLite files."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect

import bot
from bot.errors import ConfigError
from bot.storage.database import open_database
from bot.storage.migrate import downgrade, is_current, migrate, settings, upgrade
from bot.storage.revisions import KNOWN, LATEST
from bot.storage.sqlite import open_engine
from bot.storage.tables import metadata


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/opspor.db"


def tables_of(c: Connection) -> set[str]:
    return set(inspect(c).get_table_names())


def written(engine: Engine) -> dict[str, set[str]]:
    """What SQLite itself keeps of every table and index, line by line, in any order."""
    with engine.connect() as c:
        rows = c.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    engine.dispose()
    return {
        name: {line.strip(" ,\t") for line in _parts(sql)} - {""}
        for name, sql in rows
        if not name.startswith(("alembic", "sqlite"))
    }


def _parts(sql: str) -> list[str]:
    """A column that was added later stands in the last one's line."""
    return re.split(r"\n|, (?=\w+ INTEGER)", sql.replace('"', ""))


def test_the_migrated_tables_are_those_of_the_metadata(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as c:
        assert tables_of(c) == set(metadata.tables) | {"alembic_version"}
        assert compare_metadata(MigrationContext.configure(c), metadata) == []
    engine.dispose()


def test_the_migrated_tables_have_the_very_checks_keys_and_strictness_of_the_metadata(
    url: str, tmp_path: Path
) -> None:
    migrate(url)
    plain = create_engine(f"sqlite:///{tmp_path}/plain.db")
    metadata.create_all(plain)
    migrated, made = written(open_engine(url)), written(plain)
    assert len(made) > 8
    assert any("CHECK (length(trail) <= 16000 AND instr(trail" in line for line in made["session"])
    assert migrated == made


def test_an_empty_database_is_not_current_and_a_migrated_one_is(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as c:
        assert not is_current(c)
        upgrade(c)
        assert is_current(c)
    engine.dispose()


def test_migrating_twice_changes_nothing_and_does_not_load_alembic_again(url: str, tmp_path: Path) -> None:
    migrate(url)
    before = (tmp_path / "opspor.db").read_bytes()
    script = (
        "import sys; from bot.storage.migrate import migrate; migrate(sys.argv[1]);"
        "sys.exit('alembic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script, url], cwd=Path(bot.__file__).parents[1], check=False)
    assert run.returncode == 0
    assert (tmp_path / "opspor.db").read_bytes() == before


def test_down_leaves_no_table_behind_and_up_again_works(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as c:
        downgrade(c, "base")
        assert tables_of(c) == {"alembic_version"}
        assert not is_current(c)
    with engine.begin() as c:
        upgrade(c)
        assert is_current(c)
        assert compare_metadata(MigrationContext.configure(c), metadata) == []
    engine.dispose()


def test_a_migration_that_breaks_half_way_leaves_nothing_of_itself(url: str) -> None:
    engine = open_engine(url)
    with pytest.raises(RuntimeError), engine.begin() as c:
        upgrade(c)
        raise RuntimeError("the power is gone")
    with engine.begin() as c:
        assert tables_of(c) == set()
    engine.dispose()


async def test_a_database_in_memory_is_migrated_on_its_own_connection() -> None:
    database = open_database("sqlite://")
    await database.run(upgrade)
    assert await database.run(is_current)
    database.close()


def test_the_versions_known_without_alembic_are_those_alembic_knows() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as c:
        scripts = ScriptDirectory.from_config(settings(c))
    engine.dispose()
    assert scripts.get_heads() == [LATEST]
    assert set(KNOWN) == {script.revision for script in scripts.walk_revisions()}


def test_a_database_of_a_newer_version_is_refused_in_a_sentence(url: str, tmp_path: Path) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as c:
        c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(ConfigError, match=r"newer version of Opspor.*9999.*install the newer") as refused:
        open_database(url)
    assert str(tmp_path / "opspor.db") in str(refused.value)


def test_a_database_of_something_else_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    other = create_engine(url)
    with other.begin() as c:
        c.exec_driver_sql("CREATE TABLE recipe (id INTEGER)")
    other.dispose()
    with pytest.raises(ConfigError, match="tables of something else"):
        migrate(url)


def test_migrating_works_from_a_copy_of_the_package_in_a_directory_with_odd_signs(tmp_path: Path) -> None:
    site = tmp_path / "100% sure"
    shutil.copytree(Path(bot.__file__).parent / "storage", site / "bot" / "storage")
    for module in ("__init__", "model", "errors"):
        shutil.copy(Path(bot.__file__).parent / f"{module}.py", site / "bot")
    script = (
        "import bot.storage.migrate as m; m.migrate('sqlite:///here.db'); m.migrate('sqlite:///here.db');"
        "print(m.__file__)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().startswith(str(site))
    assert (tmp_path / "here.db").stat().st_size > 0
