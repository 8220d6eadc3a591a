"""The house stays as drawn: who may import whom, who knows which library, what is used and what is declared."""

import ast
import functools
import itertools
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot import commands, engine, handover
from bot.flows import loader
from bot.flows.guards import GUARDS
from bot.flows.guards.registry import is_one_of
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.model import Line, State, Value

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"

# The table of design.md section 2, with the rooms that came later: what each may import of the house.
TURN = {
    "model",
    "errors",
    "house",
    "storage",
    "locales",
    "outcome",
    "counting",
}  # what works inside the transaction of one update
# From the storing of one thing up to the page to read first: each knows those before it, and none after it.
RISING = (
    *(
        "post",
        "asking",
        "referring",
        "handing_on",
        "working",
        "probing",
        "vitals",
        "consequences",
        "dialogue",
        "leaving",
        "terms",
        "anew",
    ),
    *(
        "cards",
        "health",
        "absence",
        "recap",
        "copying",
        "inviting",
        "colleagues",
        "entering",
        "redeeming",
        "freshness",
        "browsing",
        "overview",
        "practising",
        "gathering",
        "reporting",
        "opening",
        "buttons",
        "commands",
        "live",
    ),
    "conversation",
)
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": set(),
    "config": {"errors"},
    "municipality": {"errors", "handover", "worktime", "library"},
    "outcome": set(),
    "quarter": {"outcome"},
    "invented": {"outcome", "storage"},
    "reports": {"model", "errors", "quarter", "storage", "locales", "reach"},
    "reach": {"model", "storage", "days"},
    "publishing": {"config", "errors", "municipality", "flows", "locales", "reports"},
    "counting": set(),
    "metrics": {"counting", "sockets"},
    "derived": {"model"},
    "showing": {"model"},
    "controls": {"model", "showing"},
    "engine": {"model", "showing", "controls"},
    "continuing": {"model", "engine", "showing", "practice"},
    "library": {"model"},
    "packing": {"model"},
    "explaining": {"model", "derived"},
    "practice": {"model", "derived", "engine", "packing"},
    "worktime": set(),
    "days": {"worktime"},
    "particulars": set(),
    "handover": {"model", "worktime"},
    "flows": {"model", "errors", "derived", "library", "practice"},
    "locales": {"model", "errors"},
    "storage": {"model", "errors", "outcome", "quarter"},
    "privacy": {"model", "errors", "derived", "outcome", "storage", "flows"},
    "house": {"model", "storage", "locales", "handover", "library", "practice", "counting"},
    "transport": {"model", "errors", "sockets"},
    "sockets": {"errors"},
    "sandbox": {"errors", "sockets"},
    **{
        room: TURN
        | {"derived", "engine", "continuing", "showing", "handover", "days", "particulars"}
        | {"library", "packing", "explaining", "practice", "quarter", "reports", "reach"}
        | {*RISING[:number]}
        for number, room in enumerate(RISING)
    },
    # What has its own time: each is told by the outbox that it is due.
    "addressees": TURN | {"handover", "asking"},
    "covering": TURN | {"engine", "post", "practice", "referring"},
    "cleaning": TURN | {"handover", "post"},
    "status_card": TURN | {"handover", "asking", "referring", "consequences", "post"},
    "outbox": TURN
    | {
        "handover",
        "asking",
        "referring",
        "handing_on",
        "probing",
        "absence",
        "terms",
        "copying",
        "freshness",
        "reporting",
        "post",
    }
    | {"addressees", "covering", "cleaning", "status_card"},
    "stepping": {"house", "storage", "asking"},
    "sweeping": {"house", "storage", "conversation", "freshness", "probing", "stepping", "terms"},
    # What is proven is the content with its words, by the engine, as it is stored.
    "proof": set(),
    "proving": {"proof", "flows", "engine", "locales", "storage", "model", "errors"},
    "preparing": {"config", "errors", "flows", "locales", "municipality", "storage"},
    "root": {"*"},
    "playground": {"*"},
    "workshop": {"*"},
    "printing": {"*"},
    "papers": {"*"},
    "checkup": {"*"},
    "upkeep": {"*"},
    "__main__": {"*"},
    "__init__": set(),
}
# What plays or explores a flow needs the engine that runs it; what reads and builds it does not.
ALSO = {
    f"bot/flows/{name}.py": {"engine"}
    for name in (
        *(
            "play",
            "verify",
            "explore",
            "aside",
            "trying",
            "watching",
            "telling",
            "against",
            "abreast",
            "sides",
        ),
        *("properties/demands", "properties/children"),
    )
}
ONLY_FROM = {
    "__main__": set[str](),
    "root": {"__main__", "playground", "upkeep", "checkup"},
    "preparing": {"root", "__main__", "playground", "upkeep", "checkup"},
    "sweeping": {"root", "papers"},
    "metrics": {"root"},
    "playground": {"__main__"},
    "workshop": {"__main__"},
    "printing": {"workshop"},
    "publishing": {"__main__", "upkeep"},
    "invented": {"playground"},
    "papers": {"__main__"},
    "checkup": {"__main__"},
    "upkeep": {"__main__"},
}
# Only `Connection`, the type that says: this works inside a transaction that somebody else has begun.
TAKES_A_CONNECTION = {
    *(
        "absence",
        "asking",
        "probing",
        "conversation",
        "dialogue",
        "anew",
        "commands",
        *("opening", "buttons", "cards", "consequences", "referring", "handing_on", "working"),
        *("addressees", "leaving", "terms", "inviting", "colleagues", "entering", "redeeming"),
        *("freshness", "browsing", "overview", "practising", "gathering", "reporting"),
        *("vitals", "health", "reach"),
        "outbox",
    ),
    *("live", "copying", "post", "covering", "cleaning", "status_card", "stepping", "sweeping", "reports"),
    *("preparing", "root", "playground", "upkeep", "checkup"),
}
LIBRARIES: dict[str, set[str]] = {
    "telegram": {"transport"},
    "aiohttp": {"transport"},
    "yarl": {"transport"},
    "sqlalchemy": {"storage"},
    "asyncpg": {"storage"},
    "alembic": {"storage"},
    "cryptography": {"storage"},
    "transitions": {"flows"},
    "pydantic": {"municipality", "flows"},
    "starlette": {"sandbox", "transport"},
    "uvicorn": {"sandbox", "transport", "metrics"},
    "prometheus_client": {"metrics"},
    "babel": {"locales"},
    "holidays": {"worktime"},
    "phonenumbers": {"particulars", "transport"},
    "stdnum": {"transport"},
    "typer": {"__main__", "playground", "publishing", "workshop", "upkeep"},
    "uvloop": {"__main__"},
    "rich": {"publishing"},
    "matplotlib": {"reports"},
}
IN_FILES = {
    "transitions": {"bot/flows/machine.py", "bot/flows/draw.py"},
    "cryptography": {"bot/storage/cipher.py"},
    "matplotlib": {"bot/reports/picture.py"},
    "asyncpg": {"bot/storage/refusals.py"},
}


@dataclass(frozen=True)
class Import:
    file: Path
    module: str
    names: tuple[str, ...]

    @property
    def room(self) -> str:
        return room_of(self.file)

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)} imports {self.module} {self.names or ''}"


def room_of(file: Path) -> str:
    within = file.relative_to(BOT)
    return within.parts[0] if len(within.parts) > 1 else within.stem


def sources() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


@functools.cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@functools.cache
def imports() -> tuple[Import, ...]:
    return tuple(one for file in sources() for one in _imports_of(file))


def _imports_of(file: Path) -> Iterator[Import]:
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (Import(file, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names = tuple(alias.name for alias in node.names)
            if node.module == "bot":
                yield from (Import(file, f"bot.{name}", (name,)) for name in names)
            else:
                yield Import(file, node.module or "", names)


def top(module: str) -> str:
    return module.split(".")[0]


# --- rooms ------------------------------------------------------------------------------------------


def test_every_room_of_the_house_is_in_the_table_and_every_room_of_the_table_is_there() -> None:
    assert {room_of(file) for file in sources()} == set(MAY_IMPORT)


def test_a_room_imports_only_what_the_table_allows() -> None:
    seen = 0
    for one in imports():
        if top(one.module) != "bot":
            continue
        seen += 1
        target = one.module.split(".")[1]
        also = ALSO.get(str(one.file.relative_to(ROOT)), set())
        allowed = MAY_IMPORT[one.room] | {one.room} | also
        assert "*" in allowed or target in allowed, one
    assert seen > 150


def test_nobody_imports_the_rooms_that_put_the_house_together() -> None:
    seen = 0
    for one in imports():
        target = one.module.split(".")[1] if one.module.startswith("bot.") else ""
        if target in ONLY_FROM and one.room != target:
            seen += 1
            assert one.room in ONLY_FROM[target], one
    assert seen > 1


def test_each_library_is_known_in_one_place() -> None:
    used: dict[str, set[str]] = {}
    for one in imports():
        library = top(one.module)
        if library == "bot" or library in sys.stdlib_module_names:
            continue
        assert library in LIBRARIES, one
        if library == "sqlalchemy" and one.room in TAKES_A_CONNECTION:
            assert one.names == ("Connection",) and one.module == "sqlalchemy", one
        else:
            assert one.room in LIBRARIES[library], one
            used.setdefault(library, set()).add(one.room)
        if library in IN_FILES:
            assert str(one.file.relative_to(ROOT)) in IN_FILES[library], one
    assert used == LIBRARIES


def test_the_engine_and_what_is_derived_know_no_clock_and_wait_for_nothing() -> None:
    pure = [
        BOT / f"{name}.py"
        for name in (
            *("engine", "controls", "showing", "continuing", "derived", "handover", "model", "errors"),
            *("library", "packing", "explaining", "practice"),
        )
    ]
    for file in pure:
        for node in ast.walk(parsed(file)):
            assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), file
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"now", "utcnow", "today"} or file.stem == "engine", file
    assert "datetime" not in {one.module for one in imports() if one.file.stem in {"engine", "derived"}}


def test_nothing_logs_what_a_person_wrote() -> None:
    """Log lines are built from a fixed text; an f-string in one could carry anything."""
    seen = 0
    for file in sources():
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = node.func
                if isinstance(called.value, ast.Name) and called.value.id in {"log", "logger"}:
                    seen += 1
                    assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}"
    assert seen > 5


# --- files ------------------------------------------------------------------------------------------


def test_every_module_says_what_it_is_for() -> None:
    files = [file for file in sources() if file.read_text("utf-8").strip()]
    assert len(files) > 60
    assert [str(file.relative_to(ROOT)) for file in files if not ast.get_docstring(parsed(file))] == []
    empty = {file.name for file in sources()} - {file.name for file in files}
    assert empty <= {"__init__.py"}


def test_no_module_is_longer_than_a_person_can_keep_in_mind() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in sources()}
    assert len(lengths) > 60
    assert {file: length for file, length in lengths.items() if length > 320} == {}


def test_no_room_is_called_after_nothing() -> None:
    vague = {"utils", "util", "core", "common", "services", "handlers", "helpers", "managers", "misc", "base"}
    assert not {file.stem for file in sources()} & vague
    assert not {room_of(file) for file in sources()} & vague


def test_no_class_is_called_after_a_pattern() -> None:
    names = [
        node.name for file in sources() for node in ast.walk(parsed(file)) if isinstance(node, ast.ClassDef)
    ]
    assert len(names) > 50
    vague = ("Manager", "Handler", "Service", "Helper", "Util", "Abstract", "Impl")
    assert [name for name in names if name.endswith(vague) or name.startswith("Base")] == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_package_index() -> None:
    hosts = [f"{name}.{end}" for name, end in (("pypi", "org"), ("python" + "hosted", "org"))]
    options = ["index" + "-url", "--extra" + "-index", "trusted" + "-host", "find" + "-links"]
    read = 0
    for file in tracked():
        try:
            text = file.read_text("utf-8").lower()
        except UnicodeDecodeError:
            continue
        read += 1
        assert not [word for word in (*hosts, *options) if word in text], file
    assert read > 60


def test_nothing_is_mocked() -> None:
    files = sorted((ROOT / "tests").glob("*.py"))
    assert len(files) > 10
    word = "mock"
    for file in files:
        found = {top(one.module) for one in _imports_of(file)} | {one.module for one in _imports_of(file)}
        assert not [module for module in found if word in module.split(".")], file


# --- guards -----------------------------------------------------------------------------------------

# What a referral knows beside the vocabulary: how it came to be, and what the house stored of it.
STORED = {
    "urgency": ("now", "same_day", "standard"),
    "path": ("none", "advice", "referral", "shelter", "police"),
    "route": ("open", "none"),
    "asked": ("advice",),
    "due": ("review",),
}
ALL_QUESTIONS = {**QUESTIONS, **STORED}


class Watched(dict[str, Value]):
    """Answers that remember which of them were looked at."""

    def __init__(self, answers: dict[str, Value]) -> None:
        super().__init__(answers)
        self.looked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.looked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Value:
        self.looked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.looked.add(str(key))
        return super().__contains__(key)

    def _all(self, *_: object) -> NoReturn:
        raise AssertionError("a guard looks at all answers at once")

    __iter__ = keys = values = items = __len__ = _all


def random_answers(chance: random.Random) -> dict[str, Value]:
    answers: dict[str, Value] = {}
    for question, keys in ALL_QUESTIONS.items():
        if chance.random() < 0.25:
            continue
        if question in MANY:
            answers[question] = tuple(chance.sample(keys, chance.choice((0, 0, 1, 2))))
        else:
            answers[question] = chance.choice(keys)
    return answers


@functools.cache
def looked_at() -> dict[str, set[str]]:
    chance = random.Random(1)
    looked: dict[str, set[str]] = {name: set() for name in GUARDS}
    for _ in range(2500):
        answers = random_answers(chance)
        for name, guard in GUARDS.items():
            watched = Watched(answers)
            assert guard(watched) in (True, False), name
            looked[name] |= watched.looked
    return looked


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_looks_only_at_what_it_declares(name: str) -> None:
    assert looked_at()[name]
    assert looked_at()[name] <= GUARDS[name].reads


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_is_decided_by_what_it_declares_alone(name: str) -> None:
    """The loader leaves out ways that such an answer rules out, so the rest must never matter."""
    chance = random.Random(2)
    guard = GUARDS[name]
    assert guard.name == name and guard.reads <= set(ALL_QUESTIONS)
    both = set()
    for _ in range(400):
        answers = random_answers(chance)
        only = {question: value for question, value in answers.items() if question in guard.reads}
        assert guard(answers) == guard(only)
        both.add(guard(only))
    assert both == {True, False}, "it always says the same"


@pytest.mark.parametrize("moment", ["during", "phone", "before", "after"])
def test_the_words_may_be_shown_only_with_the_whole_gate_in_order(moment: str) -> None:
    """P2, said once more than the roads need: each of the three by itself closes the gate."""
    keys = {question: (*QUESTIONS[question], None) for question in ("private", "interpreter", "ready")}
    opened = set()
    for three in itertools.product(*keys.values()):
        answers = {question: key for question, key in zip(keys, three, strict=True) if key is not None}
        if GUARDS["may_speak"]({"moment": moment, "gate": "missing", **answers}):
            opened.add(three)
    right = {("yes", "none_needed", "yes"), ("yes", "professional", "yes")}
    assert opened == (right if moment in {"during", "phone"} else set())


def test_two_guards_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two conditions are named during"):
        is_one_of("during", "moment", "after")


def flow_files() -> list[Path]:
    return sorted(loader.DIRECTORY.glob("*.toml"))


def named_guards(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "when":
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from named_guards(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named_guards(inner)


def test_every_guard_is_used_by_a_flow_file() -> None:
    used = {name for file in flow_files() for name in named_guards(tomllib.loads(file.read_text("utf-8")))}
    assert len(used) > 50
    assert set(GUARDS) == used


# --- phrases ----------------------------------------------------------------------------------------

PHRASES = loader.load().phrases


def rooms_that_speak() -> list[Path]:
    return [*BOT.glob("*.py"), *(BOT / "transport").glob("*.py"), *(BOT / "reports").glob("*.py")]


def constants() -> set[str]:
    return {
        node.value
        for file in rooms_that_speak()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def prefixes() -> set[str]:
    """How f-strings begin that make a phrase's name, as f"status.{said}" does."""
    groups = {name.partition(".")[0] + "." for name in PHRASES if "." in name}
    found = set()
    for file in rooms_that_speak():
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if any(start.startswith(group) for group in groups):
                    found.add(start)
    return found


def test_every_phrase_is_used() -> None:
    said, begun = constants(), prefixes()
    assert len(PHRASES) > 50 and begun
    unused = [name for name in PHRASES if name not in said and not name.startswith(tuple(begun))]
    assert unused == []


def test_every_phrase_that_is_named_in_the_code_is_there() -> None:
    groups = {name.partition(".")[0] for name in PHRASES if "." in name}
    named = set(_asked_for())
    named |= {
        one for one in constants() if re.fullmatch(r"[a-z_]+\.[a-z_]+", one) and one.split(".")[0] in groups
    }
    assert len(named) > 25
    assert sorted(named - set(PHRASES)) == []


def _asked_for() -> Iterator[str]:
    for file in rooms_that_speak():
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
                if node.value.attr == "phrases" and isinstance(node.slice, ast.Constant):
                    yield str(node.slice.value)
            elif isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                place = {"phrase": 0, "house_card": 3, "toast": 0}.get(called)
                if (
                    place is not None
                    and len(node.args) > place
                    and isinstance(node.args[place], ast.Constant)
                ):
                    yield str(node.args[place].value)  # type: ignore[attr-defined]


def _keywords(file: Path, name: str) -> set[str]:
    return {
        str(keyword.value.value)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == name and isinstance(keyword.value, ast.Constant)
    }


def group(name: str) -> set[str]:
    return {phrase.removeprefix(f"{name}.") for phrase in PHRASES if phrase.startswith(f"{name}.")}


def test_every_note_of_the_engine_has_its_sentence() -> None:
    notes = _keywords(Path(engine.__file__), "note")
    notes |= {  # note="sealed" if ... else "first"
        str(one.value)
        for node in ast.walk(parsed(Path(engine.__file__)))
        if isinstance(node, ast.keyword) and node.arg == "note" and isinstance(node.value, ast.IfExp)
        for one in (node.value.body, node.value.orelse)
        if isinstance(one, ast.Constant)
    }
    assert {"stale", "not_offered", "sealed", "first", "aside", "asked", "withdrawn"} <= notes
    assert notes <= group("note")
    assert group("note") - notes <= {one.removeprefix("note.") for one in constants()}


def test_every_status_of_a_hand_over_has_its_sentence() -> None:
    statuses = {
        str(one.value)
        for node in ast.walk(parsed(Path(handover.__file__)))
        if isinstance(node, ast.FunctionDef) and node.name in {"status", "_nobody_left"}
        for inner in ast.walk(node)
        if isinstance(inner, ast.Return)
        for one in ast.walk(inner)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value not in {"", "passed"}
    }
    assert len(statuses) >= 8
    assert statuses <= group("status")
    assert statuses >= handover.NEEDS_A_CALL
    assert group("status") - statuses <= {one.removeprefix("status.") for one in constants()}


@pytest.mark.parametrize("role", ["frontline", "key_person", "coordinator"])
def test_every_command_of_a_menu_has_its_sentence(role: str) -> None:
    listed = commands.of_role(role)
    assert len(listed) > 4
    assert set(listed) <= group("command")
    assert group("command") == {
        name for one in ("frontline", "key_person", "coordinator") for name in commands.of_role(one)
    }


# --- the law ----------------------------------------------------------------------------------------


def cards() -> Iterator[tuple[str, State]]:
    for flow in loader.load(unverified=True).flows.values():
        yield from flow.states.items()
        yield from flow.views.items()


def test_section_133_is_named_on_duty_cards_only() -> None:
    named = 0
    for name, state in cards():
        for line in (*state.lines, *state.why):
            if "§ 133" in line.text.msgid or "133" in line.text.msgid:
                named += 1
                assert "duty" in state.marks, f"{name}: {line.text.msgid[:60]}"
        assert "BL 133" not in state.law or "duty" in state.marks, name
        assert not [choice for choice in state.choices if "§" in choice.label.msgid], name
    assert named > 2
    assert not [name for name, text in PHRASES.items() if "§" in text.msgid]


def test_a_paragraph_is_named_on_the_card_itself_only_where_it_is_a_duty_card() -> None:
    seen = 0
    for name, state in cards():
        for line in state.lines:
            if "§" in line.text.msgid:
                seen += 1
                assert "duty" in state.marks, f"{name}: {line.text.msgid[:60]}"
    assert seen > 1


def beside_the_flows() -> Iterator[dict[str, Any]]:
    """The library's cards and the practice's reasons, as written."""
    for path in sorted((loader.DIRECTORY / "cards").glob("*.toml")):
        yield from tomllib.loads(path.read_text("utf-8"))["card"].values()
    practised = tomllib.loads((loader.DIRECTORY / "scenarios" / "practice.toml").read_text("utf-8"))
    yield from practised["practice"].values()


def test_every_law_and_source_that_is_kept_is_cited() -> None:
    laws = tomllib.loads((loader.DIRECTORY / "law.toml").read_text("utf-8"))["law"]
    kept = tomllib.loads((loader.DIRECTORY / "sources.toml").read_text("utf-8"))["source"]
    cited = {one.split(" ")[0] for _, state in cards() for one in state.source}
    cited |= {one.split(" ")[0] for table in beside_the_flows() for one in table["source"]}
    cited |= {one.split()[0] for law in laws.values() for one in law["source"].split(";")} & set(kept)
    assert set(laws) == {one for _, state in cards() for one in state.law}
    assert len(cited) > 10
    assert set(kept) == cited


def test_only_the_national_numbers_that_were_verified_stand_in_the_texts() -> None:
    """Every other number is the municipality's, and comes as a placeholder."""
    verified = {"112", "114", "1888", "116", "111", "116111", "116006", "006"}
    dates = {"133", "136", "155", "153", "18", "24", "28", "6", "3", "1", "4", "2024", "2025", "2026"}
    seen: set[str] = set()
    texts = [line.text for _, state in cards() for line in state.lines if line.text.context]
    for text in (*texts, *PHRASES.values()):
        for number in _numbers(text.msgid):
            seen.add(number)
            assert number in verified | dates, text
    assert {"112", "114", "1888"} <= seen


def _numbers(text: str) -> list[str]:
    kept = "".join(each if each.isdigit() else " " for each in text)
    return kept.split()


def test_named_texts_are_all_used() -> None:
    for file in flow_files():
        data = tomllib.loads(file.read_text("utf-8"))
        for name in data.get("text", {}):
            used = [one for one in flow_files() if f'"{name}"' in one.read_text("utf-8")]
            assert used, f"{file.name}: {name}"


def test_every_line_is_shown_to_somebody() -> None:
    """A line's guards together hold for some answers; one that never does is a slip."""
    chance = random.Random(3)
    tries = [random_answers(chance) for _ in range(4000)]
    waiting: list[tuple[str, Line]] = [
        (name, line) for name, state in cards() for line in (*state.lines, *state.why) if line.when
    ]
    assert len(waiting) > 80
    for name, line in waiting:
        assert any(all(guard(answers) for guard in line.when) for answers in tries), (
            name,
            line.text.msgid[:60],
        )
