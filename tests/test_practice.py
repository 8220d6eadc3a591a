"""Practice: the same flows on invented situations, kindly compared with a professional's way; nothing of it is stored
or sent, and the screen always says that it is practice."""

import random
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import conversation, derived, packing, practice
from bot.errors import FlowError
from bot.flows import loader
from bot.flows.vocabulary import MANY
from bot.model import CARD_LENGTH
from bot.practice import Situation
from tests.cast import CONTENT, Cast, Person, on_stage, refer, session_of
from tests.talk import Talk

FLOW = CONTENT.flows["detection"]
SITUATIONS = CONTENT.situations
GIVEN = tomllib.loads((loader.DIRECTORY / "scenarios" / "open.toml").read_text("utf-8"))["scenario"]
BANNER = "ØVELSE"
EVERY = pytest.mark.parametrize("situation", SITUATIONS.values(), ids=lambda one: one.id)

# What a practice must leave as it was; of the others it may touch her own place in the chat.
UNTOUCHED = (
    *(
        "outcome",
        "course",
        "spoken",
        "referral",
        "notice",
        "watch",
        "work",
        "step",
        "route",
        "invitation",
        "issued",
        "entry",
        "absence",
    ),
    *("deputy", "leftover"),
)


# --- the situations ---------------------------------------------------------------------------------------------


def test_there_are_the_given_situations_and_at_least_twelve_more_each_with_a_title_of_its_own() -> None:
    assert {one["id"] for one in GIVEN} < {one.id for one in SITUATIONS.values()}
    assert len(SITUATIONS) >= len(GIVEN) + 12
    assert len({one.title.msgid for one in SITUATIONS.values()}) == len(SITUATIONS)


@EVERY
@pytest.mark.parametrize("unverified", [True, False], ids=["approved", "verified-only"])
def test_the_professionals_way_comes_out_as_the_situation_expects(
    situation: Situation, unverified: bool
) -> None:
    scenario = scenario_of(situation.id)
    flow = loader.load(unverified=unverified).flows["detection"]
    talk = Talk.on(flow).by_facts(scenario["facts"])
    expect = scenario["expect"]
    assert set(expect.get("marks", ())) <= talk.marks
    assert not set(expect.get("never", ())) & talk.marks
    told = {
        "result": derived.result(talk.answers),
        "level": derived.proposed_level(talk.answers),
        "urgency": derived.urgency(talk.answers),
        "path": derived.path(talk.answers),
        "reminder": derived.duty_is_open(talk.answers),
    }
    assert {name: told[name] for name in told.keys() & expect.keys()} == {
        name: expect[name] for name in told.keys() & expect.keys()
    }
    assert talk.presses <= expect.get("presses", 24)


@EVERY
def test_what_the_practice_calls_the_professionals_way_is_the_way_of_the_scenario(
    situation: Situation,
) -> None:
    walked = practice.professional(FLOW, situation)
    told = Talk.on(FLOW).by_facts(scenario_of(situation.id)["facts"]).answers
    assert dict(walked) == {**told}


@EVERY
def test_every_reason_is_about_a_question_that_the_professional_was_asked_or_had_to_leave(
    situation: Situation,
) -> None:
    walked = practice.professional(FLOW, situation)
    assert 2 <= len(situation.reasons) <= 4
    assert situation.reasons.keys() - walked.keys() <= {situation.leaves_at}


@EVERY
def test_who_goes_the_professionals_way_is_told_of_no_difference(situation: Situation) -> None:
    assert practice.differences(FLOW, situation, practice.professional(FLOW, situation)) == []


@EVERY
def test_another_answer_where_it_matters_is_a_difference_and_only_that_one(situation: Situation) -> None:
    way = practice.professional(FLOW, situation)
    for question in situation.reasons.keys() & way.keys():
        other = another(question, way)
        found = practice.differences(FLOW, situation, {**way, question: other})
        assert [one.question for one in found] == [question]


def test_to_have_notified_and_to_notify_at_once_are_the_same_way() -> None:
    situation = SITUATIONS["disclosedwithchildren"]
    way = practice.professional(FLOW, situation)
    assert way["duty"] == "today"
    for duty in ("notified", "advice_first", "earlier"):
        assert practice.differences(FLOW, situation, {**way, "duty": duty}) == []
    (one,) = practice.differences(FLOW, situation, {**way, "duty": "considered"})
    assert one.question == "duty"


def test_what_is_not_asked_on_one_of_the_ways_is_no_difference_of_its_own() -> None:
    situation = SITUATIONS["partnerinterprets"]
    way = dict(practice.professional(FLOW, situation))
    hers = {**way, "gate": "ok"}
    del hers["private"]
    assert [one.question for one in practice.differences(FLOW, situation, hers)] == ["gate"]


# --- walked in the chat -----------------------------------------------------------------------------------------


@EVERY
async def test_a_situation_is_walked_to_the_end_and_leaves_no_outcome_no_referral_and_no_notice(
    tmp_path: Path, situation: Situation
) -> None:
    async with on_stage(tmp_path) as cast:
        before = await untouched(cast)
        await begin(cast.anna, situation.key)
        await walk(cast.anna, practice.professional(FLOW, situation), situation.leaves_at)
        await cast.outbox()
        assert await untouched(cast) == before
        assert await cast.rows("session") == []
        await cast.anna.press("Se, hvor I gik hver sin vej")
        said = "Du stoppede undervejs" if situation.leaves_at else "I gik samme vej"
        assert said in cast.anna.screen and situation.told.msgid in cast.anna.screen


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_pressed_in_a_practice_nothing_is_stored_or_sent_and_every_screen_says_what_it_is(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with on_stage(tmp_path) as cast:
        anna, before = cast.anna, await untouched(cast)
        await begin(anna, chance.choice(list(SITUATIONS)))
        for _ in range(45):
            if await session_of(anna, practice.PLACE) is None:
                break
            live = await anna.live()
            assert BANNER in anna.messages[live]
            codes = [code for code in anna.buttons(live).values() if not code.endswith(":stop")]
            if "hide" in "".join(codes) and chance.random() < 0.1:
                cast.later(minutes=6)
                await cast.outbox()  # as when she has looked away: covered
            await anna.press_raw(chance.choice(codes), live)
            if chance.random() < 0.1:
                await anna.say("bla")
                await anna.press("Tilbage til samtalen") if await can(anna, "Tilbage til samtalen") else None
            if "0:situation" in "".join(codes) and await session_of(anna, practice.PLACE) is not None:
                await anna.press("0:resume.0") if await can(anna, "0:resume.0") else None
        cast.later(hours=30)
        await cast.outbox()
        assert await untouched(cast) == before
        assert cast.bente.messages == {} and cast.karen.messages == {}


@pytest.mark.parametrize("how", ["stop", "/stop", "/clear", "/new", "away", "hidden"])
async def test_however_a_practice_is_left_with_the_duty_open_nobody_is_reminded(
    tmp_path: Path, how: str
) -> None:
    async with on_stage(tmp_path) as cast:
        anna, before = cast.anna, await untouched(cast)
        await begin(anna, "childonly")
        await anna.answer(until="duty", **facts("childonly"))
        if how == "away":
            cast.later(hours=3)
            await conversation.expire(cast.house)
        elif how == "hidden":
            await anna.press("Skjul")
            await anna.say("/stop")
        else:
            await (anna.say(how) if how.startswith("/") else anna.press("Stop"))
        assert await session_of(anna, practice.PLACE) is None
        await cast.outbox()
        assert await untouched(cast) == before


async def test_a_practised_hand_over_is_said_to_be_none_and_the_key_person_hears_nothing(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "manstalked")
        await cast.anna.answer(until="consent", **facts("manstalked"))
        await cast.anna.press("consent.named")
        assert "intet er gemt eller sendt" in cast.anna.toast
        assert BANNER in cast.anna.screen
        await cast.anna.press("Træk tilbage")
        await cast.outbox()
        assert await cast.rows("referral") == [] and cast.bente.messages == {}


async def test_advice_asked_for_in_a_practice_asks_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "childonly")
        await cast.anna.answer(until="signs", **facts("childonly"))
        for label in ("Mere", "Spørg nøglepersonen", "Ja, bed om at blive ringet op"):
            await cast.anna.press(label)
        await cast.outbox()
        assert await cast.rows("notice") == [] and await cast.rows("referral") == []


async def test_the_end_of_a_practice_leads_into_no_real_conversation_and_offers_no_copy(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "childonly")
        await cast.anna.press("moment.after")
        await cast.anna.press("Mere")
        assert not [code for code in codes(cast.anna) if code.startswith("0:copy")]
        await cast.anna.press("back")
        await walk(cast.anna, practice.professional(FLOW, SITUATIONS["childonly"]), "")
        assert not codes(cast.anna) & {"0:notify.0", "0:ask.0"}
        assert not [code for code in codes(cast.anna) if code.startswith("0:sum.")]


async def test_a_conversation_about_a_citizen_that_is_open_goes_on_after_a_practice(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        before = await session_of(cast.anna)
        await begin(cast.anna, "routinenothing")
        await walk(cast.anna, practice.professional(FLOW, SITUATIONS["routinenothing"]), "")
        assert len(await cast.rows("referral")) == 1
        await cast.anna.press("Tilbage til samtalen")
        after = await session_of(cast.anna)
        assert (after.state, after.trail, after.reference) == (before.state, before.trail, before.reference)
        assert BANNER not in cast.anna.screen


async def test_a_real_conversation_ends_a_practice_and_is_not_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "routinenothing")
        await cast.anna.say("/new")
        assert BANNER not in cast.anna.screen and await session_of(cast.anna, practice.PLACE) is None
        await cast.anna.answer(moment="after", mode="routine", response="says_no")
        assert len(await cast.rows("outcome")) == 1


async def test_the_situation_is_one_press_away_and_leads_back_to_the_same_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "minorinterprets")
        await cast.anna.press("moment.during")
        card = cast.anna.screen
        await cast.anna.press("Situationen")
        assert SITUATIONS["minorinterprets"].told.msgid in cast.anna.screen and BANNER in cast.anna.screen
        await cast.anna.press("Tilbage til samtalen")
        assert cast.anna.screen == card


async def test_each_place_where_the_ways_part_is_on_a_screen_of_its_own_with_the_reason(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        situation = SITUATIONS["partnerinterprets"]
        await begin(cast.anna, situation.key)
        hers: dict[str, Any] = {
            "moment": "during",
            "mode": "concern",
            "gate": "ok",
            "response": "says_no",
            "duty": "considered",
        }
        hers |= {"signs": ["injuries"], "children": "yes", "suspected": "nobody"}
        await cast.anna.answer(**hers)
        await cast.anna.press("Se, hvor I gik hver sin vej")
        assert "3 steder" in cast.anna.screen
        met = []
        while await can(cast.anna, "Næste sted"):
            await cast.anna.press("Næste sted")
            met.append(cast.anna.screen)
            assert BANNER in met[-1] and "Kilder:" in met[-1] and len(met[-1]) < CARD_LENGTH
        assert len(met) == 3
        for screen, question in zip(met, ("gate", "response", "duty"), strict=True):
            assert situation.reasons[question].msgid in screen


async def test_an_outdated_or_forged_comparison_is_refused_kindly(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/practice")
        for forged in (
            "0:compare.0",
            "0:compare.0000",
            "0:compare.0099abc",
            "0:compare.00zz000abc",
            "0:practise.nosuch",
        ):
            await cast.anna.press_raw(forged, await cast.anna.live())
            assert "kan ikke vises mere" in cast.anna.screen or "Øv dig" in cast.anna.screen, forged


async def test_every_situation_can_be_chosen_from_the_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/øv")
        await cast.anna.press("Vælg selv")
        found = codes(cast.anna)
        while await can(cast.anna, "Næste side"):
            await cast.anna.press("Næste side")
            found |= codes(cast.anna)
        assert {f"0:situation.{key}" for key in SITUATIONS} <= found
        await cast.anna.say("/practice")
        await cast.anna.press("Vælg en for mig")
        assert BANNER in cast.anna.screen


async def test_a_practice_from_an_earlier_version_is_over_and_nothing_hangs_on_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, "childonly")
        await cast.anna.press("moment.after")
        await cast.sql("UPDATE session SET state = 'gone_in_this_version'")
        await cast.anna.press("mode.child")
        assert "/new" in cast.anna.screen and await cast.rows("session") == []
        assert await cast.rows("notice") == []


# --- what the loader refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("own.toml", 'danger = "no"', 'danger = "maybe"', "unknown answer to 'danger' 'maybe'"),
        ("own.toml", 'mode = "child", signs', 'mood = "child", signs', "unknown question 'mood'"),
        ("own.toml", 'signs = ["fear", "child_told"]', 'signs = "fear"', "'signs' must be a list"),
        ("own.toml", 'id = "own-violence"', 'id = "own_violence"', "has no title and reasons"),
        ("practice.toml", "[practice.child-only", "[practice.child-alone", "has no situation"),
        ("practice.toml", '"K 1.1", "K 3.1"', '"NOBODY", "K 3.1"', "unknown source 'NOBODY'"),
    ],
)
def test_a_mistake_in_a_situation_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(loader.DIRECTORY, flows)
    path = flows / "scenarios" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(FlowError) as refused:
        loader.load(flows)
    assert said in str(refused.value)


# --- packing ----------------------------------------------------------------------------------------------------


def test_all_answers_there_are_fit_into_one_button_and_come_out_again() -> None:
    chance = random.Random(3)
    for _ in range(300):
        answers: dict[str, Any] = {}
        for question, (keys, many) in packing._order(FLOW):
            if chance.random() < 0.8:
                ticked = tuple(key for key in keys if chance.random() < 0.5)
                answers[question] = ticked if many else chance.choice(keys)
        packed = packing.pack(FLOW, answers)
        assert packing.unpack(FLOW, packed) == answers
        assert len(packed) <= packing.LONGEST and packed.isalnum() and packed == packed.lower()


def test_what_another_version_of_the_flow_has_packed_is_not_read() -> None:
    packed = packing.pack(FLOW, {"moment": "during"})
    states = {name: state for name, state in FLOW.states.items() if name != "forms"}
    assert packing.unpack(replace(FLOW, states=states), packed) is None
    for forged in ("", "abc", packed[:3], packed + "z" * 30, packed[:3] + "é", packed[:3] + "z" * 25):
        assert packing.unpack(FLOW, forged) is None


# --- what these tests share -------------------------------------------------------------------------------------


def scenario_of(name: str) -> dict[str, Any]:
    folder = loader.DIRECTORY / "scenarios"
    every = [
        one
        for file in ("open.toml", "own.toml")
        for one in tomllib.loads((folder / file).read_text("utf-8"))["scenario"]
    ]
    found: dict[str, Any] = next(one for one in every if one["id"] == name)
    return found


def facts(key: str) -> dict[str, Any]:
    """As the tests' people answer by."""
    way = practice.professional(FLOW, SITUATIONS[key])
    return {question: list(said) if isinstance(said, tuple) else said for question, said in way.items()}


def another(question: str, way: Any) -> Any:
    if question in MANY:
        return () if way[question] else ("doubt",) if question == "signs" else ("throat",)
    if question == "duty":
        return "considered" if way[question] != "considered" else "notified"
    asked = next(state for state in FLOW.states.values() if state.question == question)
    return next(choice.key for choice in asked.choices if choice.key != way[question])


async def begin(person: Person, key: str) -> None:
    await person.say("/practice")
    await person.press_raw(f"0:situation.{key}", await person.live())
    await person.press("Begynd")


async def walk(person: Person, answers: Any, leaves_at: str) -> None:
    told: dict[str, Any] = {
        question: list(said) if isinstance(said, tuple) else said for question, said in answers.items()
    }
    if leaves_at:
        await person.answer(leaves_at, **told)
        await person.press("Stop")
    else:
        await person.answer(**told)


def codes(person: Person) -> set[str]:
    return set(person.buttons(max(person.messages)).values())


async def can(person: Person, what: str) -> bool:
    shown = person.buttons(await person.live())
    return what in shown or what in shown.values()


async def untouched(cast: Cast) -> dict[str, list[dict[str, Any]]]:
    return {table: await cast.rows(table) for table in UNTOUCHED}
