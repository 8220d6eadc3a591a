"""Two versions of the flows compared: what is gone for whoever is in the middle of it, and what comes out otherwise."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import derived
from bot.errors import FlowError
from bot.flows import abreast, against, listing, loader
from bot.flows.against import Change, Differences, Gone
from bot.flows.loader import Content
from bot.flows.sides import _NOTHING_THE_MATTER
from bot.flows.vocabulary import MANY
from bot.model import Flow, Text
from tests.cast import CONTENT
from tests.talk import DEFAULTS, Talk
from tests.versions import Edit, edited, instead, no_choice, version, without, written

# A conversation with all that an outcome is made of, as small as it can be.
SMALL = """
[flow]
parts = ["common"]

[entry.new]
start = "mode"

[state.mode]
say = "Hvad er anledningen?"
review = "udkast"
then = "children"
choices = [
  { key = "routine", label = "Jeg spørger alle" },
  { key = "told", label = "Borgeren har selv sagt det", sets = { response = "disclosed" } },
]

[state.children]
when = "children_to_ask"
say = "Er der børn?"
review = "udkast"
then = "duty"
choices = [
  { key = "yes", label = "Ja" },
  { key = "unborn", label = "Graviditet" },
  { key = "no", label = "Nej" },
]

[state.duty]
when = "child_known"
marks = "duty"
say = "Hvad gør du?"
review = "udkast"
then = "safe_today"
choices = [
  { key = "notified", label = "Jeg har underrettet" },
  { key = "today", label = "Jeg underretter nu" },
]

[state.safe_today]
when = "has_opened_up"
say = "Er det sikkert i dag?"
review = "udkast"
then = "wish"
choices = [
  { key = "yes", label = "Ja" },
  { key = "no", label = "Nej" },
]

[state.wish]
when = "has_opened_up"
say = "Hvad vil borgeren helst?"
review = "udkast"
then = "consent"
choices = [
  { key = "help", label = "Hjælp" },
  { key = "shelter", label = "Et sikkert sted" },
  { key = "later", label = "Ikke nu" },
]

[state.consent]
when = "wants_help"
say = "Må navnet gives videre?"
review = "udkast"
then = "closing"
choices = [
  { key = "named", label = "Ja", does = "refer" },
  { key = "none", label = "Nej" },
]

[state.closing]
ends = true
say = "Tak."
review = "udkast"

[state.stopped]
ends = true
outside = true
say = "Stoppet."
review = "udkast"
"""


def small(*edits: Edit) -> Content:
    def all_of(_: str) -> str:
        text = SMALL
        for edit in edits:
            text = edit(text)
        return text

    content = edited({"detection": (all_of,)})
    return replace(content, flows={"detection": content.flows["detection"]})


def changed(*edits: Edit) -> Differences:
    """The small flow against itself as it was edited."""
    return against.differences(small(), small(*edits))


def added(*edits: Edit) -> Differences:
    """The other way: what was edited away is new."""
    return against.differences(small(*edits), small())


# Whoever says that there is a pregnancy is led past everything about the child.
PREGNANCY = '{ key = "unborn", label = "Graviditet" }'
PAST_THE_DUTY: Edit = instead(PREGNANCY, PREGNANCY.replace(" }", ', to = "forms" }'))
NO_SAFE_TODAY = (without("state.safe_today"), instead('then = "safe_today"', 'then = "wish"'))
NOT_STORED: Edit = instead(', does = "refer"', "")


@cache
def real(name: str) -> Content:
    match name:
        case "past the duty":
            return edited({"detection": (PAST_THE_DUTY,)})
        case "the last card":
            return edited({"detection": (no_choice("forms", "stalking"),)})
    return version(name)


@cache
def found_in(name: str) -> Differences:
    """The real flows against themselves in another version; some of these take seconds."""
    return against.differences(CONTENT, real(name))


def codes(change: Change) -> list[str]:
    return [code for told in change.example for code in told.codes]


def kinds(found: Differences, new_facts: bool = False) -> set[tuple[str, str, str]]:
    return {(one.what, one.before, one.after) for one in found.changes if one.new_facts is new_facts}


def gone(found: Differences) -> set[tuple[str, str]]:
    return {(one.kind, one.code) for one in found.gone}


# --- nothing ------------------------------------------------------------------------------------------------------


def test_a_version_and_itself_differ_in_nothing() -> None:
    found = against.differences(CONTENT, loader.load(unverified=True))
    assert found == Differences()
    assert listing.lines(found) == [listing.NOTHING]


def test_other_words_change_nothing() -> None:
    assert found_in("other words") == Differences()


def test_a_card_with_another_name_is_gone_and_changes_no_outcome() -> None:
    found = found_in("renamed")
    assert gone(found) == {("card", "signs_after")}
    assert found.changes == () and found.complete


def test_where_only_the_last_card_differs_every_road_to_it_comes_out_as_before() -> None:
    """What spares the comparison of versions that are the same from a card on spares nothing here."""
    found = found_in("the last card")
    assert gone(found) == {("answer", "forms.stalking")}
    (only,) = found.changes
    assert (only.what, only.before, only.after, only.new_facts) == ("answer", "forms.stalking", "", False)
    assert codes(only)[-1] == "forms.stalking" and only.count > 1000 and found.complete


# --- what is gone ---------------------------------------------------------------------------------------------------


def test_a_question_that_is_gone_is_listed_with_its_card() -> None:
    found = changed(*NO_SAFE_TODAY)
    assert gone(found) == {("card", "safe_today"), ("question", "safe_today")}
    assert listing.lines(found)[0] == (
        "detection: kortet «safe_today» findes ikke mere; den, der står på det, begynder forfra"
        " (Er det sikkert i dag?)"
    )


def test_an_answer_that_is_gone_is_listed_and_nothing_is_said_of_its_outcome() -> None:
    found = changed(no_choice("wish", "shelter"))
    assert gone(found) == {("answer", "wish.shelter")}
    assert found.gone[0].words is not None and found.gone[0].words.msgid == "Et sikkert sted"
    assert kinds(found) == {("answer", "wish.shelter", "")}


def test_views_entries_and_flows_that_are_gone_are_listed() -> None:
    assert ("view", "honour") in gone(found_in("no honour view"))
    flow = CONTENT.flows["detection"]
    only = replace(flow, entries={"new": flow.entries["new"]})
    fewer = replace(CONTENT, flows={"detection": only})
    assert gone(against.differences(CONTENT, fewer)) == {
        ("entry", "duty"),
        ("entry", "ruler"),
        ("flow", "referral"),
    }


# --- what comes out otherwise ---------------------------------------------------------------------------------------


def test_a_choice_that_leads_past_the_duty_card_is_listed_with_the_shortest_conversation() -> None:
    found = found_in("past the duty")
    lost = [one for one in found.changes if one.what == "duty_card"]
    assert lost and {(one.before, one.after) for one in lost} == {("met", "not_met")}
    assert all("children.unborn" in codes(one) for one in lost)
    assert lost[0].cards[0] == "child_danger" and lost[0].count > 1
    left = [one for one in found.changes if one.what == "reminder"]
    assert left and {(one.before, one.after) for one in left} >= {("none", "left")}


def test_a_duty_that_is_open_only_now_is_listed_too() -> None:
    found = changed(
        instead(
            '{ key = "unborn", label = "Graviditet" }',
            '{ key = "unborn", label = "Graviditet", to = "wish" }',
        )
    )
    assert {("duty_card", "met", "not_met"), ("reminder", "none", "left")} <= kinds(found)


def test_a_card_that_is_no_duty_card_any_more_is_listed() -> None:
    assert kinds(changed(instead('marks = "duty"\n', ""))) == {("duty_card", "met", "not_met")}


def test_an_urgency_that_falls_because_a_question_is_gone_is_listed() -> None:
    found = changed(*NO_SAFE_TODAY)
    assert ("urgency", "same_day", "standard") in kinds(found)
    assert {one.what for one in found.changes} == {"urgency"}


def test_a_hand_over_that_is_not_stored_any_more_is_listed() -> None:
    found = changed(NOT_STORED)
    assert kinds(found) == {("stored", "refer", "")}
    assert all("consent.named" in codes(one) for one in found.changes)


def test_what_follows_from_an_answer_counts() -> None:
    found = changed(instead('sets = { response = "disclosed" }', 'sets = { response = "unsure" }'))
    assert ("result", "disclosed", "unsure") in kinds(found)
    assert all("mode.told" in codes(one) for one in found.changes)


def test_another_path_is_listed() -> None:
    old = '{ key = "shelter", label = "Et sikkert sted" }'
    found = changed(instead(old, '{ key = "shelter", label = "Et sikkert sted", sets = { wish = "help" } }'))
    assert ("path", "shelter", "referral") in kinds(found)


def test_what_the_old_version_never_asked_is_asked_of_the_new_one_too() -> None:
    found = added(*NO_SAFE_TODAY)
    assert found.gone == ()
    assert not kinds(found), "nothing is the matter where the situation says nothing"
    assert kinds(found, new_facts=True) == {("urgency", "standard", "same_day")}
    assert "safe_today.no" in codes(found.changes[0])
    assert "som kun den nye version spørger om" in listing.lines(found)[0]


def test_an_answer_that_only_the_new_version_takes_is_listed_as_such() -> None:
    found = added(no_choice("wish", "shelter"))
    assert found.gone == () and not kinds(found)
    assert kinds(found, new_facts=True) == {("answer", "", "wish.shelter")}


def test_the_same_facts_in_another_order_change_nothing() -> None:
    def in_another_order(text: str) -> str:
        before, safe, rest = text.partition("[state.safe_today]")
        safe, wish, rest = (safe + rest).partition("[state.wish]")
        wish, consent, rest = (wish + rest).partition("[state.consent]")
        before = instead('then = "safe_today"', 'then = "wish"')(before)
        safe = instead('then = "wish"', 'then = "consent"')(safe)
        wish = instead('then = "consent"', 'then = "safe_today"')(wish)
        return before + wish + safe + consent + rest

    assert changed(in_another_order) == Differences()


def test_a_card_of_the_key_persons_that_stores_nothing_any_more_is_listed() -> None:
    old = '{ key = "completed", label = "Rådet er givet", does = "close", when = "path_advice" }'
    new = '{ key = "completed", label = "Rådet er givet", when = "path_advice" }'
    found = against.differences(CONTENT, edited({"referral": (instead(old, new),)}))
    stored = [one for one in found.changes if one.what == "stored"]
    assert stored and all(one.flow == "referral" and one.before.endswith("close") for one in stored)
    assert stored[0].example[0].codes[1] == "path=advice"


def test_a_thousand_differences_of_one_kind_are_one_line_and_the_shortest_come_first() -> None:
    found = found_in("past the duty")
    assert len(found.changes) < 20 < 1000 < sum(one.count for one in found.changes)
    told = [(one.what, one.before, one.after, one.cards, one.new_facts) for one in found.changes]
    assert len(told) == len(set(told))
    lengths = [len(one.example) for one in found.changes]
    assert len(lengths) > 1 and lengths == sorted(lengths)


def test_what_the_old_version_never_asks_is_not_waited_for() -> None:
    """Else everything that is told meanwhile would have to be kept apart, and the comparison would never end."""
    old, new = (content.flows["detection"] for content in (real("no safe_today"), CONTENT))
    assert abreast.walk(old, new, [("new", {})], against._ENDS).complete


def test_versions_that_have_nothing_in_common_are_compared_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(abreast, "_MOST", 20)
    found = changed(*NO_SAFE_TODAY)
    assert not found.complete and listing.lines(found)[-1] == listing.UNLIKE


# --- an example goes through the real flows -------------------------------------------------------------------------


def came_out(flow: Flow, facts: dict[str, Any], what: str) -> str:
    """By another road than `abreast`: the conversation of the scenarios, which answers what is asked from the facts."""
    talk = Talk.on(flow).by_facts(facts)
    return {
        "duty_card": "met" if "duty" in talk.marks else "not_met",
        "reminder": "left" if derived.duty_is_open(talk.answers) else "none",
        "urgency": derived.urgency(talk.answers),
        "path": derived.path(talk.answers),
        "result": derived.result(talk.answers),
        "stored": ",".join(talk.does),
    }[what]


def facts_of(change: Change) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for question, _, key in (code.partition(".") for code in codes(change)):
        facts = facts | {question: [*facts.get(question, ()), key] if question in MANY else key}
    return facts


def test_each_example_comes_out_as_is_said_of_it_in_both_versions() -> None:
    looked = 0
    for one in found_in("past the duty").changes:
        if {"mode=child", "level.concern"} & set(codes(one)) or one.new_facts:
            continue  # a scenario begins at the beginning, and answers each question once
        looked += 1
        assert came_out(CONTENT.flows["detection"], facts_of(one), one.what) == one.before
        assert came_out(real("past the duty").flows["detection"], facts_of(one), one.what) == one.after
    assert looked > 2


# --- read, and told -------------------------------------------------------------------------------------------------


def test_nothing_is_the_matter_means_what_the_scenarios_mean_by_it() -> None:
    assert {
        question: key for question, key in DEFAULTS.items() if isinstance(key, str)
    } == _NOTHING_THE_MATTER


def unreadable(directory: Path) -> str:
    with pytest.raises(FlowError) as raised:
        against.read(directory)
    (said,) = raised.value.problems
    return said


def test_an_old_directory_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    assert "no flow file (*.toml) is there" in unreadable(tmp_path / "nowhere")
    strange: Edit = instead("[state.moment]\n", '[state.moment]\ncolour = "blue"\nhue = 3\n')
    said = unreadable(written(tmp_path, {"detection": (strange,)}))
    assert said.startswith(
        f"{tmp_path} cannot be compared with: this version cannot read it (3 problems, the first:"
    )
    assert "\n" not in said and "colour" in said


def test_an_old_directory_that_can_be_read_is_read(tmp_path: Path) -> None:
    assert against.read(written(tmp_path, {})).flows.keys() == CONTENT.flows.keys()


def test_the_lines_can_be_read_by_whoever_does_not_program() -> None:
    assert listing.lines(changed(NOT_STORED)) == [
        "detection: det, der gemmes: refer → intet, i 40 samtaler",
        "   Den korteste samtale, der viser det:",
        "  1. Hvad er anledningen?  →  [Borgeren har selv sagt det] mode.told",
        "  2. Er der børn?  →  [Nej] children.no",
        "  3. Er det sikkert i dag?  →  [Ja] safe_today.yes",
        "  4. Hvad vil borgeren helst?  →  [Hjælp] wish.help",
        "  5. Må navnet gives videre?  →  [Ja] consent.named",
    ]


def test_what_is_said_is_said_by_whoever_fills_in_the_names() -> None:
    found = Differences((Gone("detection", "card", "ask", Text("Spørg {key_role}", "")),))
    (line,) = listing.lines(found, lambda text: text.msgid.replace("{key_role}", "nøglepersonen"))
    assert line.endswith("(Spørg nøglepersonen)")
