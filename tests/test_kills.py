"""A bot that is killed in the middle of its work loses nothing, does nothing twice, and everybody can go on."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.kills.__main__ import WAYS
from tests.kills.playing import play
from tests.server import Server

KILLS = int(os.environ.get("KILLS", "8"))  # of each way; `make kills` asks for more
SEED = int(os.environ.get("KILLS_SEED", "1"))


@pytest.mark.parametrize("way", WAYS)
def test_however_often_it_is_killed_what_was_shown_is_stored_and_everybody_comes_to_an_end(
    tmp_path: Path, way: str, server: Server
) -> None:
    played = asyncio.run(play(WAYS[way](tmp_path, server), tmp_path, KILLS, SEED))
    assert not played.wrongs, "\n".join(played.wrongs)
    assert played.kills > KILLS, "it was killed as often as that, and once more at the end"
    assert len(played.world.answered) > KILLS and len(played.world.notices) > KILLS, "and people were at work"
