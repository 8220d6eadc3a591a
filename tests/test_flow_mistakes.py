"""Every mistake in a flow file is refused and named: one small flow that is in order, one table of single edits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import FlowError
from bot.flows.loader import DIRECTORY, load

COMMON = """
[flow]
part = true
about = "Fælles"

[controls]
back = "Tilbage"
next = "Videre"
done = "Videre"
why = "Hvorfor"
show = "Vis ordene"
acute = "Akut"
hide = "Skjul"
more = "Mere"
notify = "Underret"
ask = "Spørg {key_role}"
stop = "Stop"
withdraw = "Træk tilbage"
"beside.back" = "Tilbage til spørgsmålet"
"beside.show" = "Næste sætning"
"beside.more" = "Andet sprog"
"acute.next" = "Videre, når det er sikkert"
"ask.done" = "Ja, ring mig op"
"hide.back" = "Dagsorden"
"hide.hide" = "Lokale"
"hide.more" = "Bilag"
"hide.acute" = "Telefonliste"

[view.acute]
marks = "emergency"
say = "Ring 112. Ring også {acute}, {acute_phone}."
review = "udkast"

[view.hide]
marks = "neutral"
say = "Mødeoverblik"
review = "udkast"

[view."hide.room"]
marks = "neutral"
say = "Lokale 2"
review = "udkast"

[view."hide.papers"]
marks = "neutral"
say = "Ingen bilag"
review = "udkast"
"""

TINY = """
[flow]
parts = ["common"]
about = "En lille samtale"

[entry.new]
start = "moment"

[entry.duty]
start = "signs"
sets = { mode = "child" }

[text.thanks]
aloud = "Tak, fordi du siger det."
marks = ["reply"]

[view.more]
say = "Mere"
review = "udkast"
choices = [{ question = "honour", key = "yes", label = "Ære", opens = "honour" }]

[view.honour]
say = "Kontakt ikke familien."
review = "udkast"

[state.moment]
say = "Hvornår bruger du mig?"
why = "Ordene er forskellige."
source = ["K 1.1"]
law = "BL 133"
review = "udkast"
choices = [
  { key = "before", label = "Før", to = "closing" },
  { key = "after", label = "Efter", to = "signs" },
]

[state.signs]
many = true
say = "Hvad har du lagt mærke til?"
moves = "Færdig"
review = "udkast"
then = [{ when = "after", to = "response" }, { to = "duty" }]
choices = [{ key = "fear", label = "Frygt" }, { key = "doubt", label = "Uro" }]

[state.response]
line = [
  { when = "may_speak", aloud = "Er du bange for nogen?", marks = "aloud" },
  { use = "thanks" },
  { say = "Hvad svarede borgeren? Ring {key_phone}." },
]
review = "udkast"
choices = [
  { key = "disclosed", label = "Fortæller", to = "duty" },
  { key = "says_no", label = "Siger nej", sets = { mode = "told" }, to = "closing" },
]

[state.duty]
marks = "duty"
say = "Underret straks (barnets lov § 133)."
review = "udkast"
then = "closing"
choices = [{ key = "notified", label = "Gjort", does = "refer" }, { key = "today", label = "I dag" }]

[state.closing]
ends = true
say = "Slut."
review = "udkast"

[state.gone]
ends = true
outside = true
say = "Den er væk."
review = "udkast"

[state.stopped]
ends = true
outside = true
say = "Stoppet."
review = "udkast"
"""

LAW = """
[law."BL 133"]
text = "Barnets lov § 133: underretningspligt."
in_force = "2024-01-01"
checked_on = "2026-02-15"
by = "udkast"
source = "VEJ 9471/2024"
"""

SOURCES = """
[source.K]
title = "Børn i familier med vold"
by = "Lev Uden Vold"
year = "2024"
"""

# The house's own: the code asks for phrases by name.
PHRASES = (DIRECTORY / "phrases.toml").read_text("utf-8")

GOOD: Mapping[str, str] = {
    "common.toml": COMMON,
    "tiny.toml": TINY,
    "law.toml": LAW,
    "sources.toml": SOURCES,
    "phrases.toml": PHRASES,
}

LAST = 'review = "udkast"\n\n[state.stopped]'  # the end of [state.gone], which nothing else leads to
LONG_KEY = "x" * 46


@dataclass(frozen=True)
class Mistake:
    """One edit, and the problems that it leads to, whole and in order."""

    old: str
    new: str
    said: tuple[str, ...]
    file: str = "tiny.toml"


def after(anchor: str, added: str, *said: str, file: str = "tiny.toml") -> Mistake:
    return Mistake(anchor, anchor + added, said, file)


def edit(old: str, new: str, *said: str, file: str = "tiny.toml") -> Mistake:
    return Mistake(old, new, said, file)


def on_gone(added: str, *said: str) -> Mistake:
    return edit(LAST, added + "\n" + LAST, *said)


MISTAKES: dict[str, Mistake] = {
    "unknown key in a state": on_gone(
        'colour = "blå"', "tiny.toml: gone: colour: is not a key that is known here"
    ),
    "unknown key in a line": on_gone(
        'line = [{ say = "a", tone = "b" }]',
        "tiny.toml: gone: line.0.tone: is not a key that is known here",
    ),
    "unknown key at the top": after(
        "\n", "[colours]\nred = 1\n", "tiny.toml: colours: is not a key that is known here"
    ),
    "unknown key of the flow": after(
        'about = "En lille samtale"', "\nowner = 1", "tiny.toml: flow: owner: is not a key that is known here"
    ),
    "unknown key of a source": after(
        'year = "2024"',
        '\nplace = "side 4"',
        "sources.toml: K: place: is not a key that is known here",
        file="sources.toml",
    ),
    "not TOML": edit(
        "[state.gone]",
        "[state.gone",
        "tiny.toml: is not readable TOML: Expected ']' at the end of a table declaration (at line {line}, column 12)",
    ),
    "unknown target of a choice": edit(
        'label = "Før", to = "closing"',
        'label = "Før", to = "closng"',
        "tiny.toml: moment: choice 'before' goes to unknown state 'closng'",
    ),
    "unknown target of then": edit(
        '{ to = "duty" }]', '{ to = "dutty" }]', "tiny.toml: signs: goes on to unknown state 'dutty'"
    ),
    "unknown start of an entry": edit(
        'start = "signs"', 'start = "sings"', "tiny.toml: entry duty: starts in unknown state 'sings'"
    ),
    "unknown guard of a way": edit(
        '{ when = "after", to', '{ when = "afterr", to', "tiny.toml: signs: unknown guard 'afterr'"
    ),
    "unknown guard of a line": edit(
        'when = "may_speak"', 'when = "may_speek"', "tiny.toml: response: unknown guard 'may_speek'"
    ),
    "unknown guard of a state": edit(
        'marks = "duty"', 'when = "duti"\nmarks = "duty"', "tiny.toml: duty: unknown guard 'duti'"
    ),
    "unknown guard of a choice": edit(
        'label = "Gjort",', 'label = "Gjort", when = "dun",', "tiny.toml: duty: unknown guard 'dun'"
    ),
    "unknown source": edit(
        'source = ["K 1.1"]', 'source = ["Q 1.1"]', "tiny.toml: moment: unknown source 'Q 1.1'"
    ),
    "unknown law": edit(
        'law = "BL 133"', 'law = "BL 333"', "tiny.toml: moment: unknown law reference 'BL 333'"
    ),
    "unknown mark of a state": on_gone('marks = "sennt"', "tiny.toml: gone: unknown mark 'sennt'"),
    "unknown mark of a line": edit(
        'marks = "aloud"', 'marks = ["aloud", "loud"]', "tiny.toml: response: unknown mark 'loud'"
    ),
    "unknown mark of a text": edit(
        'marks = ["reply"]', 'marks = ["reply", "repply"]', "tiny.toml: thanks: unknown mark 'repply'"
    ),
    "unknown deed": edit(
        'does = "refer"', 'does = "reffer"', "tiny.toml: duty: choice 'notified' does unknown 'reffer'"
    ),
    "unknown view": edit(
        'opens = "honour"', 'opens = "honor"', "tiny.toml: more: choice 'yes' opens unknown view 'honor'"
    ),
    "unknown question": on_gone('question = "weather"', "tiny.toml: gone: asks unknown question 'weather'"),
    "choice not in the vocabulary": edit(
        'key = "before"',
        'key = "long_before"',
        "tiny.toml: moment: choice 'long_before' is not in the vocabulary of 'moment'",
    ),
    "choice that stands twice": edit(
        'key = "before"',
        'key = "after"',
        "tiny.toml: moment: choice 'after' stands twice and can never be taken the second time",
    ),
    "choice that stands twice and leads on in two ways": edit(
        '{ key = "after", label = "Efter", to = "signs" }',
        '{ key = "after", label = "Efter", to = "signs" },\n'
        '  { key = "after", label = "Bagefter", when = "during", to = "closing" }',
        "tiny.toml: moment: choice 'after' stands twice and leads on in two ways",
    ),
    "choice that stands twice and sets something else": edit(
        '{ key = "after", label = "Efter", to = "signs" }',
        '{ key = "after", label = "Efter", to = "signs" },\n'
        '  { key = "after", label = "Bagefter", when = "during", sets = { mode = "told" }, to = "signs" }',
        "tiny.toml: moment: choice 'after' stands twice and leads on in two ways",
    ),
    "one of many that leads somewhere": edit(
        '{ key = "doubt", label = "Uro" }',
        '{ key = "doubt", label = "Uro", does = "refer" }',
        "tiny.toml: signs: choice 'doubt' is one of many, which lead nowhere and do nothing by themselves",
    ),
    "sets what does not exist": edit(
        'sets = { mode = "told" }',
        'sets = { mode = "tolld" }',
        "tiny.toml: response: sets unknown 'mode.tolld'",
    ),
    "an entry sets what does not exist": edit(
        'sets = { mode = "child" }',
        'sets = { mood = "child" }',
        "tiny.toml: entry duty: sets unknown 'mood.child'",
    ),
    "unknown text": edit('use = "thanks"', 'use = "thank"', "tiny.toml: response: uses unknown text 'thank'"),
    "a line that is two things": edit(
        '{ use = "thanks" }',
        '{ use = "thanks", say = "Tak" }',
        "tiny.toml: response: a line needs exactly one of say, aloud and use",
    ),
    "a line that is nothing": edit(
        '{ use = "thanks" }',
        '{ when = "after" }',
        "tiny.toml: response: a line needs exactly one of say, aloud and use",
    ),
    "choices of an unknown state": edit(
        'choices = [{ key = "fear", label = "Frygt" }, { key = "doubt", label = "Uro" }]',
        'choices_as = "sings"',
        "tiny.toml: signs: takes its choices from unknown state 'sings'",
    ),
    "a view of an unknown state": edit(
        'say = "Kontakt ikke familien."',
        'as_state = "honor"',
        "tiny.toml: honour: shows unknown state 'honor'",
    ),
    "unreachable state": edit(
        'outside = true\nsay = "Den', 'say = "Den', "tiny.toml: gone: is never reached"
    ),
    "dead end": edit(
        'choices = [{ key = "notified", label = "Gjort", does = "refer" }, { key = "today", label = "I dag" }]',
        "",
        "tiny.toml: duty: is a dead end: no choice and nothing that moves on",
    ),
    "choice that goes nowhere": edit(
        'label = "Før", to = "closing"', 'label = "Før"', "tiny.toml: moment: choice 'before' goes nowhere"
    ),
    "an end that leads on": on_gone('then = "closing"', "tiny.toml: gone: is an end and must lead nowhere"),
    "shadowed way": edit(
        'then = [{ when = "after", to = "response" }, { to = "duty" }]',
        'then = [{ to = "response" }, { to = "duty" }]',
        "tiny.toml: signs: then: the way to 'duty' can never be taken, because 'response' comes first without a guard",
    ),
    "shadowed way of a choice": edit(
        'label = "Før", to = "closing"',
        'label = "Før", to = [{ to = "closing" }, { to = "signs" }]',
        "tiny.toml: moment: choice 'before': the way to 'signs' can never be taken,"
        " because 'closing' comes first without a guard",
    ),
    "nothing left without a guard": edit(
        '{ to = "duty" }]',
        '{ when = "before", to = "duty" }]',
        "tiny.toml: signs: then: nothing is left where no guard holds; the last way must have none",
    ),
    "a question that is skipped to nowhere": edit(
        'choices = [\n  { key = "before"',
        'when = "after"\nchoices = [\n  { key = "before"',
        "tiny.toml: moment: needs 'then', the way on",
    ),
    "circle of skipped questions": edit(
        "[state.closing]",
        '[state.private]\nwhen = "during"\nsay = "Alene?"\nreview = "udkast"\nthen = "ready"\n'
        'choices = [{ key = "yes", label = "Ja", to = "closing" }]\n\n'
        '[state.ready]\nwhen = "before"\nsay = "Klar?"\nreview = "udkast"\nthen = "private"\n'
        'choices = [{ key = "yes", label = "Ja" }]\n\n[state.closing]',
        "tiny.toml: private: questions that are not asked lead round in a circle",
    ),
    "circle with no way to an end": edit(
        'label = "Før", to = "closing" },',
        'label = "Før", to = "closing" }, { key = "during", label = "Under", to = "private" },',
        "tiny.toml: private: has no way to an end",
        "tiny.toml: ready: has no way to an end",
    ),
    "label too long": edit(
        'label = "Før"',
        f'label = "{"F" * 49}"',
        "tiny.toml: moment: choice 'before': label of 49 characters; a button holds 1 to 48",
    ),
    "card too long": edit(
        'say = "Slut."',
        f'say = "{"s" * 701}"',
        "tiny.toml: closing: card of 701 characters; a screen holds 700",
    ),
    "card of two lines too long": edit(
        'say = "Slut."',
        f'say = "{"s" * 350}"\nline = [{{ say = "{"t" * 350}" }}]',
        "tiny.toml: closing: card of 704 characters; a screen holds 700",
    ),
    "line too long": edit(
        '{ when = "may_speak", aloud = "Er du bange for nogen?"',
        f'{{ when = "may_speak", aloud = "{"E" * 701}"',
        "tiny.toml: response: line of 701 characters; a screen holds 700",
    ),
    "named text too long": edit(
        'aloud = "Tak, fordi du siger det."',
        f'aloud = "{"T" * 701}"',
        "tiny.toml: thanks: line of 701 characters; a screen holds 700",
    ),
    "callback data too long": edit(
        'key = "before"',
        f'key = "{LONG_KEY}x"',
        f"tiny.toml: moment: choice '{LONG_KEY}x' is not in the vocabulary of 'moment'",
        f"tiny.toml: moment: choice '{LONG_KEY}x': callback data 'moment.{LONG_KEY}x' is too long for Telegram",
    ),
    "callback data that just fits": edit(
        'key = "before"',
        f'key = "{LONG_KEY}"',
        f"tiny.toml: moment: choice '{LONG_KEY}' is not in the vocabulary of 'moment'",
    ),
    "unknown placeholder in a line": edit(
        "Ring {key_phone}.", "Ring {kye_phone}.", "tiny.toml: response: unknown placeholder '{kye_phone}'"
    ),
    "unknown placeholder in a say": edit(
        'say = "Slut."', 'say = "Slut, {name}."', "tiny.toml: closing: unknown placeholder '{name}'"
    ),
    "unknown placeholder in a label": edit(
        'label = "Før"',
        'label = "Før {name}"',
        "tiny.toml: moment: choice 'before': unknown placeholder '{name}'",
        "tiny.toml: moment: unknown placeholder '{name}'",
    ),
    "unknown placeholder in a named text": edit(
        "Tak, fordi", "Tak, {name}, fordi", "tiny.toml: thanks: unknown placeholder '{name}'"
    ),
    "unclosed brace": edit(
        "Ring {key_phone}.",
        "Ring {key_phone.",
        "tiny.toml: response: has a brace that is not closed: 'Hvad svarede borgeren? Ring {key_phone.'",
    ),
    "a paragraph outside a duty card": edit(
        'say = "Slut."', 'say = "§ 133"', "tiny.toml: closing: names a paragraph outside a duty card: '§ 133'"
    ),
    "a paragraph in a line outside a duty card": edit(
        '{ say = "Hvad svarede borgeren? Ring {key_phone}." }',
        '{ say = "§ 133" }',
        "tiny.toml: response: names a paragraph outside a duty card: '§ 133'",
    ),
    "words for the citizen without a mark": edit(
        ', marks = "aloud" }',
        " }",
        "tiny.toml: response: words for the citizen need one of the marks aloud, check, reply:"
        " 'Er du bange for nogen?'",
    ),
    "a named text for the citizen without a mark": edit(
        'marks = ["reply"]',
        "",
        "tiny.toml: thanks: words for the citizen need one of the marks aloud, check, reply:"
        " 'Tak, fordi du siger det.'",
    ),
    "a card for the citizen without a mark": on_gone(
        'aloud = "Farvel."',
        "tiny.toml: gone: has words for the citizen and needs one of the marks aloud, check, reply",
    ),
    "a card that says nothing": edit('say = "Den er væk."', "", "tiny.toml: gone: says nothing"),
    "many without moves": edit(
        'moves = "Færdig"\n',
        "",
        "tiny.toml: signs: allows many answers and needs 'moves', the label that ends them",
    ),
    "many of a question that takes one": on_gone(
        'question = "moment"\nmany = true', "tiny.toml: gone: question 'moment' must not allow many answers"
    ),
    "one of a question that takes many": on_gone(
        'question = "forms"', "tiny.toml: gone: question 'forms' must allow many answers"
    ),
    "a state that stands in two files": after(
        "[view.hide]",
        '\nmarks = "neutral"\nsay = "Mødeoverblik"\nreview = "udkast"\n\n'
        '[state.gone]\nends = true\noutside = true\nsay = "Væk."\nreview = "udkast"\n\n[view.other]',
        "common.toml: gone: this state stands in tiny.toml too",
        file="common.toml",
    ),
    "a view that stands in two files": after(
        "[view.hide]",
        '\nmarks = "neutral"\nsay = "Mødeoverblik"\nreview = "udkast"\n\n'
        '[view.honour]\nsay = "Ære."\nreview = "udkast"\n\n[view.other]',
        "common.toml: honour: this view stands in tiny.toml too",
        file="common.toml",
    ),
    "unknown part": edit(
        'parts = ["common"]',
        'parts = ["common", "nowhere"]',
        "tiny.toml: flow: takes in unknown part 'nowhere'",
    ),
    "no entry": edit(
        '[entry.new]\nstart = "moment"\n\n[entry.duty]\nstart = "signs"\nsets = { mode = "child" }\n',
        "",
        "tiny.toml: flow: has no entry",
    ),
    "no stopped state": edit("[state.stopped]", "[state.halted]", "tiny.toml: flow: has no state 'stopped'"),
    "no emergency card": edit(
        "[view.acute]", "[view.akut]", "tiny.toml: flow: has no view 'acute'", file="common.toml"
    ),
    "no hidden screen": edit(
        "[view.hide]", "[view.hid]", "tiny.toml: flow: has no view 'hide'", file="common.toml"
    ),
    "no label for a control": edit(
        'withdraw = "Træk tilbage"\n',
        "",
        "tiny.toml: flow: has no label for the control 'withdraw'",
        file="common.toml",
    ),
    "no innocent label for a control": edit(
        '"hide.acute" = "Telefonliste"\n',
        "",
        "tiny.toml: flow: has no label for the control 'hide.acute'",
        file="common.toml",
    ),
    "no review": edit(
        'say = "Den er væk."\nreview = "udkast"', 'say = "Den er væk."', "tiny.toml: gone: review: is missing"
    ),
    "an empty review": edit(
        'say = "Den er væk."\nreview = "udkast"',
        'say = "Den er væk."\nreview = ""',
        "tiny.toml: gone: review: String should have at least 1 character",
    ),
    "an empty phrase": edit(
        'stale = "Her er det nyeste kort."',
        'stale = " "',
        "phrases.toml: note.stale: is empty",
        file="phrases.toml",
    ),
    "a phrase with an unknown placeholder": edit(
        'not_offered = "Vælg en af knapperne på kortet."',
        'not_offered = "Her er {card}."',
        "phrases.toml: note.not_offered: unknown placeholder '{card}'",
        file="phrases.toml",
    ),
    "a phrase with an unclosed brace": edit(
        'busy = "Prøv igen om et øjeblik."',
        'busy = "Her er {code."',
        "phrases.toml: note.busy: has a brace that is not closed: 'Her er {code.'",
        file="phrases.toml",
    ),
    "a control's label that is too long": edit(
        'stop = "Stop"',
        f'stop = "{"S" * 49}"',
        "tiny.toml: control stop: label of 49 characters; a button holds 1 to 48",
        file="common.toml",
    ),
    "a control's label with an unknown placeholder": edit(
        'stop = "Stop"',
        'stop = "Stop {name}"',
        "tiny.toml: control stop: unknown placeholder '{name}'",
        file="common.toml",
    ),
    "an empty label": edit(
        'label = "Før"',
        'label = ""',
        "tiny.toml: moment: choice 'before': label of 0 characters; a button holds 1 to 48",
    ),
    "a law without a date": edit(
        'checked_on = "2026-02-15"\n',
        "",
        "law.toml: BL 133: checked_on: is missing",
        file="law.toml",
    ),
}

_CIRCLE = """
[state.private]
say = "Alene?"
review = "udkast"
then = "ready"
choices = [{ key = "yes", label = "Ja" }]

[state.ready]
say = "Klar?"
review = "udkast"
then = "private"
choices = [{ key = "yes", label = "Ja" }]
"""
ALSO = {"circle with no way to an end": _CIRCLE}  # what an edit needs beside it

# What shows only on the roads of a flow that is otherwise in order.
OF_ROADS = {
    "unreachable state",
    "circle of skipped questions",
    "circle with no way to an end",
    "card of two lines too long",
}


def written(directory: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (directory / name).write_text(text, "utf-8")
    return directory


def with_mistake(files: Mapping[str, str], name: str) -> dict[str, str]:
    mistake = MISTAKES[name]
    before = files[mistake.file]
    assert mistake.old in before, f"{name}: nothing to edit"
    return {**files, mistake.file: before.replace(mistake.old, mistake.new, 1) + ALSO.get(name, "")}


def problems(directory: Path) -> tuple[str, ...]:
    with pytest.raises(FlowError) as refused:
        load(directory)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


def test_the_small_flow_is_in_order(tmp_path: Path) -> None:
    content = load(written(tmp_path, GOOD))
    assert set(content.flows) == {"tiny"}
    assert set(content.flows["tiny"].states) == {
        *("moment", "signs", "response", "duty", "closing", "gone", "stopped"),
    }
    assert set(content.flows["tiny"].views) == {"acute", "hide", "hide.room", "hide.papers", "more", "honour"}
    assert content.phrases["note.stale"].msgid == "Her er det nyeste kort."
    assert content.phrases["note.stale"].context == "phrases.note.stale"
    assert content.drafts == 7


@pytest.mark.parametrize("name", MISTAKES)
def test_a_single_mistake_is_refused_and_named_and_nothing_else_is(name: str, tmp_path: Path) -> None:
    files = with_mistake(GOOD, name)
    text = files[MISTAKES[name].file]
    line = str(text[: text.find("[state.gone\n")].count("\n") + 1)
    said = tuple(one.replace("{line}", line) for one in MISTAKES[name].said)
    assert problems(written(tmp_path, files)) == said


def test_every_mistake_is_in_the_one_report(tmp_path: Path) -> None:
    """Each mistake in a flow file of its own name, all in one directory."""
    names = [name for name in MISTAKES if name not in OF_ROADS]
    assert _left_out(tmp_path, names) == {}


def test_a_mistake_on_the_roads_is_in_the_one_report_too(tmp_path: Path) -> None:
    assert _left_out(tmp_path, list(MISTAKES)) == {}


def _left_out(directory: Path, names: list[str]) -> dict[str, list[str]]:
    shared = {"law.toml", "sources.toml", "phrases.toml"}
    files: dict[str, str] = dict(GOOD)
    expected: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        mistake = MISTAKES[name]
        if mistake.file in shared:
            files = with_mistake(files, name)
            expected[name] = [one for one in mistake.said if one.startswith(mistake.file)]
            continue
        edited = with_mistake(GOOD, name)
        flow, part = f"f{number}", f"c{number}"
        tiny = edited["tiny.toml"].replace('parts = ["common"', f'parts = ["{part}"')
        files |= {f"{flow}.toml": tiny, f"{part}.toml": edited["common.toml"]}
        expected[name] = [
            one.replace("tiny.toml", f"{flow}.toml").replace("common.toml", f"{part}.toml")
            for one in mistake.said
        ]
    found = problems(written(directory, files))
    assert len(found) >= len(names)
    left_out: dict[str, list[str]] = {}
    for name, lines in expected.items():
        missing = [line for line in lines if not any(_alike(line, one) for one in found)]
        if missing:
            left_out[name] = missing
    return left_out


def _alike(expected: str, found: str) -> bool:
    return found.startswith(expected.partition("{line}")[0]) if "{line}" in expected else found == expected


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path) == (f"{tmp_path}: no flow file (*.toml) is there",)


def test_a_file_that_cannot_be_read_is_all_that_is_said_where_it_is_the_only_one(tmp_path: Path) -> None:
    (only,) = problems(written(tmp_path, {"tiny.toml": "[flow"}))
    assert only.startswith("tiny.toml: is not readable TOML: ")


def test_what_just_fits_is_in_order(tmp_path: Path) -> None:
    """A label of 48 characters, a card of 700 and the two that a paragraph's gap is counted for."""
    edited = TINY.replace('label = "Før"', f'label = "{"F" * 48}"')
    edited = edited.replace('say = "Slut."', f'say = "{"s" * 698}"')
    content = load(written(tmp_path, {**GOOD, "tiny.toml": edited}))
    assert len(content.flows["tiny"].states["closing"].lines[0].text.msgid) == 698


def test_a_text_with_a_name_brings_its_own_conditions_and_marks(tmp_path: Path) -> None:
    edited = TINY.replace('marks = ["reply"]', 'marks = ["reply", "help_info"]\nwhen = "during"')
    edited = edited.replace('{ use = "thanks" }', '{ use = "thanks", when = "disclosed", marks = "check" }')
    (line,) = [
        line
        for line in load(written(tmp_path, {**GOOD, "tiny.toml": edited}))
        .flows["tiny"]
        .states["response"]
        .lines
        if line.text.msgid == "Tak, fordi du siger det."
    ]
    assert {guard.name for guard in line.when} == {"during", "disclosed"}
    assert line.marks == {"reply", "help_info", "check"}
    assert line.aloud
    assert line.text.context == "tiny.thanks"


def test_a_problem_that_two_flows_share_is_said_once(tmp_path: Path) -> None:
    broken = {**GOOD, "common.toml": COMMON.replace('marks = "neutral"', 'marks = "neutrall"', 1)}
    broken["twin.toml"] = TINY
    assert problems(written(tmp_path, broken)) == ("common.toml: hide: unknown mark 'neutrall'",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '{ say = "Hvad svarede borgeren? Ring {key_phone}." }',
            '{ say = "Hvad svarede borgeren?" }, { say = "Erfaring.", unverified = true }',
        ),
        (
            'aloud = "Tak, fordi du siger det."\nmarks = ["reply"]',
            'say = "Erfaring."\nunverified = true',
        ),
        ('{ use = "thanks" }', '{ say = "Erfaring.", unverified = true }'),
        (
            'line = [\n  { when = "may_speak"',
            'why = [{ say = "Derfor." }, { say = "Erfaring.", unverified = true }]\n'
            'line = [\n  { when = "may_speak"',
        ),
    ],
    ids=["a line", "a text with a name", "in a text's place", "a reason"],
)
def test_what_nobody_has_verified_is_shown_only_where_it_is_approved(
    old: str, new: str, tmp_path: Path
) -> None:
    assert old in TINY
    directory = written(tmp_path, {**GOOD, "tiny.toml": TINY.replace(old, new)})

    def said(unverified: bool) -> list[str]:
        state = load(directory, unverified=unverified).flows["tiny"].states["response"]
        return [line.text.msgid for line in (*state.lines, *state.why)]

    assert said(False) == [one for one in said(True) if one != "Erfaring."]
    assert said(True).count("Erfaring.") == 1
