"""The flows in other versions: the real files, edited as somebody might edit them."""

import re
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.flows import loader
from bot.flows.loader import Content

Edit = Callable[[str], str]
Edits = Mapping[str, tuple[Edit, ...]]  # by file


def without(table: str) -> Edit:
    def edit(text: str) -> str:
        left, count = re.subn(rf"^\[{re.escape(table)}\]\n.*?(?=^\[|^# ---|\Z)", "", text, flags=re.M | re.S)
        assert count == 1, table
        return left

    return edit


def instead(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return edit


def no_choice(state: str, key: str) -> Edit:
    def edit(text: str) -> str:
        before, _, after = text.partition(f"[state.{state}]\n")
        left, count = re.subn(rf'^  {{ key = "{key}",.*\n', "", after, count=1, flags=re.M)
        assert count == 1, (state, key)
        return f"{before}[state.{state}]\n{left}"

    return edit


VERSIONS: dict[str, Edits] = {
    "other words": {"detection": (instead("Hvad er anledningen?", "Hvorfor spørger du?"),)},
    "no interpreter": {
        "detection": (without("state.interpreter"), instead('{ to = "interpreter" }', '{ to = "ready" }')),
    },
    "no safe_today": {
        "detection": (without("state.safe_today"), instead('then = "safe_today"', 'then = "red_flags"')),
    },
    "no former partner": {"detection": (no_choice("who", "former_partner"),)},
    "no weapon": {"detection": (no_choice("red_flags", "weapon"),)},
    "no consent without a name": {"handover": (no_choice("consent", "anonymous"),)},
    "renamed": {
        "detection": (
            instead("[state.signs_after]", "[state.signs_last]"),
            instead('"signs_after"', '"signs_last"'),
        ),
    },
    "no honour view": {"detection": (without("view.honour"), instead(', opens = "honour" }', " }"))},
    "no wish": {
        "detection": (
            instead('then = [{ when = "has_opened_up", to = "wish" }, { to = "exposure" }]', 'then = "exposure"'),
        ),
        "duty": (instead('then = [{ when = "uses", to = "wish" }, { to = "level" }]', 'then = "level"'),),
        "handover": (without("state.wish"), without("state.consent"), without("state.sent")),
    },
    "no contact": {
        "referral": (without("state.contact"), instead('"taken", to = "contact"', '"taken", to = "assessment"')),
    },
}  # fmt: skip


@cache
def version(name: str) -> Content:
    return edited(VERSIONS[name])


def edited(edits: Edits) -> Content:
    with TemporaryDirectory() as where:
        return loader.load(written(Path(where), edits), unverified=True)


def written(directory: Path, edits: Edits) -> Path:
    for path in loader.DIRECTORY.glob("*.toml"):
        shutil.copy(path, directory)
    for file, each in edits.items():
        path = directory / f"{file}.toml"
        text = path.read_text("utf-8")
        for edit in each:
            text = edit(text)
        path.write_text(text, "utf-8")
    return directory
