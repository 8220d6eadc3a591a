"""The engine, control by control: what a press changes, what it leaves, and what it never does."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import derived, engine
from bot.flows.guards import GUARDS
from bot.flows.loader import load
from bot.flows.machine import Arrow, Stop, arrows, settled
from bot.model import Answered, Answers, Event, Flow, Guard, Session, Step
from tests.talk import Talk, offered, press


def _is(question: str, key: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(question) == key


FLOWS = load(unverified=True).flows
FLOW = FLOWS["detection"]
REFERRAL = FLOWS["referral"]

# One conversation by its shortest names: a worry, in a meeting, the gate in order.
TO_RESPONSE = ("moment.during", "mode.concern", "signs.fear", "done", "gate.ok")
TO_WISH = (
    *(*TO_RESPONSE, "response.disclosed", "safe_today.yes", "done", "who.partner"),
    *("danger.no", "children.yes", "child_danger.no"),
)
TO_SENT = (*TO_WISH, "wish.help", "consent.named")


def on(*codes: str, entry: str = "new") -> Talk:
    talk = Talk.on(FLOW, entry)
    for code in codes:
        if code == "danger.no" and talk.session.state != "danger":
            continue
        talk.press(code)
    return talk


def state(talk: Talk) -> str:
    return talk.session.state


def same_but(after: Session, before: Session, **changes: Any) -> bool:
    return after == replace(before, **changes)


# --- turns, forged and stale presses ----------------------------------------------------------------


def test_a_conversation_begins_with_what_its_entry_knows() -> None:
    session = engine.begin(FLOW, "duty", 7, reference="ab12")
    assert session == Session(
        "detection", "signs", 7, given={"mode": "child", "children": "yes"}, reference="ab12"
    )
    assert engine.begin(FLOW, "new", 1) == Session("detection", "moment", 1)


def test_what_is_given_beforehand_is_added_to_what_the_entry_knows_and_decides_the_first_card() -> None:
    untaken = engine.begin(REFERRAL, "open", 1, {"path": "advice"}, "ab12")
    taken = engine.begin(REFERRAL, "open", 1, {"path": "advice", "take": "accept"}, "ab12")
    assert (untaken.state, taken.state) == ("take", "contact")
    assert taken.given == {"path": "advice", "take": "accept"}
    assert engine.begin(FLOW, "duty", 1, {"honour": "yes"}).given["children"] == "yes"


@pytest.mark.parametrize("turn", [-1, 0, 2, 4, 99])
def test_a_press_of_another_turn_changes_nothing_and_says_so(turn: int) -> None:
    session = replace(on("moment.during", "mode.concern").session, turn=3)
    for code in ("signs.fear", "done", "acute", "stop", "back", "nonsense"):
        step = engine.step(FLOW, session, Event("press", code, chat=1, turn=turn))
        assert step == Step(session, note="stale")


@pytest.mark.parametrize(
    "code",
    [
        *(
            "moment.never",
            "moment",
            "mode.concern",
            "danger.now",
            "level.none",
            "next",
            "done",
            "withdraw",
            "show",
        ),
        *(
            "",
            ".",
            "before",
            "moment.before.x",
            "x.before",
            "notify",
            "ask",
            "beside.back",
            "begin.new",
            "start",
        ),
    ],
)
def test_a_code_that_the_card_does_not_offer_changes_nothing(code: str) -> None:
    session = engine.begin(FLOW, "new", 1)
    assert press(FLOW, session, code) == Step(session, note="not_offered")


def test_a_choice_whose_guard_does_not_hold_cannot_be_forged() -> None:
    young = on(*TO_WISH)
    assert "wish.shelter" in offered(young.cards[-1])
    uses = on("moment.during", "mode.uses", "gate.ok", "danger.no", "children.no")
    assert state(uses) == "wish"
    assert "wish.shelter" not in offered(uses.cards[-1])
    assert press(FLOW, uses.session, "wish.shelter").note == "not_offered"


def test_an_answer_cannot_be_given_through_a_view() -> None:
    talk = on("moment.during", "why")
    for view in ("why", "hide", "acute", "ask"):
        session = replace(talk.session, view=view)
        assert press(FLOW, session, "mode.routine").note == "not_offered", view
    showing = on("moment.during", "show")
    assert press(FLOW, showing.session, "mode.routine").note == "not_offered"


def test_every_press_that_counts_raises_the_turn_by_one() -> None:
    talk = on()
    turn = talk.session.turn
    for code in (
        "moment.during",
        "why",
        "back",
        "show",
        "back",
        "hide",
        "hide",
        "hide",
        "acute",
        "next",
        "more",
        "back",
    ):
        talk.press(code)
        turn += 1
        assert talk.session.turn == turn, code
    assert engine.stop(FLOW, talk.session).session.turn == turn + 1


# --- answers and ticks ------------------------------------------------------------------------------


def test_an_answer_is_remembered_with_what_follows_from_it() -> None:
    talk = on("moment.after", "mode.told")
    assert talk.session.trail[-1] == Answered("mode", {"mode": "told", "response": "disclosed"})
    assert talk.answers == {"moment": "after", "mode": "told", "response": "disclosed"}


def test_ticking_keeps_the_turn_and_the_place_and_ticking_again_takes_it_away() -> None:
    before = on("moment.during", "mode.concern").session
    ticked = press(FLOW, before, "signs.fear").session
    assert same_but(ticked, before, ticks=("fear",))
    both = press(FLOW, ticked, "signs.injuries").session
    assert same_but(both, before, ticks=("injuries", "fear"))  # in the card's order, not the presses'
    assert same_but(press(FLOW, both, "signs.injuries").session, before, ticks=("fear",))


def test_a_ticked_answer_is_shown_as_ticked() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear")
    ticked = [button.code for button in talk.cards[-1].choices if button.ticked]
    assert ticked == ["signs.fear"]
    assert not any(button.ticked for button in on("moment.during").cards[-1].choices)


def test_what_ends_a_card_of_many_answers_has_the_cards_own_label() -> None:
    labels = {one.code: one.label.msgid for one in on("moment.during", "mode.concern").cards[-1].controls}
    assert labels["done"] == FLOW.states["signs"].moves.msgid == "Færdig"  # type: ignore[union-attr]
    assert on("moment.during").flow.controls["done"].msgid != labels["done"]


def test_done_answers_with_the_ticks_and_clears_them() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear", "signs.doubt", "done")
    assert talk.session.trail[-1] == Answered("signs", {"signs": ("fear", "doubt")})
    assert talk.session.ticks == ()
    nothing = on("moment.during", "mode.concern", "done")
    assert nothing.answers["signs"] == ()


@pytest.mark.parametrize("view", ["why", "hide", "acute", "more"])
def test_a_view_keeps_the_ticks(view: str) -> None:
    talk = on("moment.during", "mode.concern", "signs.fear", view)
    assert talk.session.ticks == ("fear",)
    leave = {"acute": ("next",), "hide": ("hide", "hide")}.get(view, ("back",))
    for code in leave:
        back = talk.press(code)
    assert (back.session.ticks, back.session.view, state(back)) == (("fear",), "", "signs")


def test_an_aside_keeps_the_ticks() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear", "more", "level.knowledge")
    assert (talk.session.ticks, talk.session.view, state(talk)) == (("fear",), "", "signs")


# --- back -------------------------------------------------------------------------------------------


def test_back_drops_the_answer_it_returns_to_and_all_later_ones() -> None:
    talk = on(*TO_RESPONSE)
    before_gate = talk.press("back")
    assert (state(before_gate), "gate" in before_gate.answers) == ("gate", False)
    before_signs = before_gate.press("back")
    assert (state(before_signs), set(before_signs.answers)) == ("signs", {"moment", "mode"})
    assert before_signs.session.ticks == ()


def test_back_drops_what_followed_from_the_answer() -> None:
    talk = on("moment.after", "mode.told", "back")
    assert (state(talk), talk.answers) == ("mode", {"moment": "after"})


def test_back_drops_an_aside_that_was_given_later_and_keeps_an_earlier_one() -> None:
    later = on("moment.during", "mode.concern", "more", "level.suspicion", "back")
    assert (state(later), later.answers) == ("mode", {"moment": "during"})
    earlier = on("moment.during", "more", "level.suspicion", "mode.concern", "back")
    assert (state(earlier), earlier.answers) == ("mode", {"moment": "during", "level": "suspicion"})


def test_back_on_the_first_card_stays_there() -> None:
    session = engine.begin(FLOW, "new", 1)
    assert press(FLOW, session, "back") == Step(session, note="first")
    aside = on("more", "level.concern").session
    assert press(FLOW, aside, "back") == Step(aside, note="first")


def test_back_clears_half_made_ticks() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear", "back")
    assert (state(talk), talk.session.ticks) == ("mode", ())


def test_back_never_crosses_a_stored_referral() -> None:
    talk = on(*TO_SENT)
    assert talk.does == ["refer"]
    assert press(FLOW, talk.session, "back") == Step(talk.session, note="sealed")
    later = talk.press("next").press("next.call")
    assert press(FLOW, later.session, "back").session.state == "next"
    returned = later.press("back").press("back")
    assert state(returned) == "sent"
    assert press(FLOW, returned.session, "back") == Step(returned.session, note="sealed")
    assert returned.answers["consent"] == "named"


# --- views ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["why", "show", "acute", "hide", "more"])
def test_a_view_changes_nothing_but_what_is_shown(view: str) -> None:
    before = on(*TO_RESPONSE).session
    step = press(FLOW, before, view)
    assert step == Step(replace(before, view=view, turn=before.turn + 1))


@pytest.mark.parametrize("view", ["why", "show", "notify", "ask", "more"])
def test_back_leaves_a_view_for_the_question_it_was_opened_on(view: str) -> None:
    before = replace(on(*TO_RESPONSE).session, view=view)
    step = press(FLOW, before, "back")
    assert step == Step(replace(before, view="", turn=before.turn + 1))


def test_why_shows_the_reason_the_law_and_the_source_and_no_answers() -> None:
    card = on("moment.during", "mode.concern", "done", "why").cards[-1]
    said = [line.text.msgid for line in card.lines]
    assert said[0].startswith("Et spørgsmål, som den forkerte hører")
    assert any("må ingen under 18 tolke" in line for line in said)
    assert "WHO 2013" in said[-1]
    assert card.choices == ()


def test_why_is_offered_only_where_there_is_a_reason_to_show() -> None:
    assert "why" in offered(on().cards[-1])
    silent = {**FLOW.states, "moment": replace(FLOW.states["moment"], why=())}
    flow = replace(FLOW, states=silent)
    session = engine.begin(flow, "new", 1)
    assert "why" not in offered(engine.card(flow, session))
    assert press(flow, session, "why").note == "not_offered"


def test_show_has_one_sentence_for_the_citizen_and_nothing_else() -> None:
    card = on(*TO_RESPONSE, "show").cards[-1]
    assert len(card.lines) == 1
    assert all(line.aloud for line in card.lines)
    assert card.choices == ()
    assert "aloud" in card.marks


def test_show_is_offered_only_where_there_are_words_to_show() -> None:
    assert "show" in offered(on(*TO_RESPONSE).cards[-1])
    assert "show" not in offered(on().cards[-1])
    missing = on("moment.during", "mode.concern", "done", "gate.missing", "private.no")
    assert state(missing) == "response"
    assert "show" not in offered(missing.cards[-1])


def test_a_card_beside_a_question_carries_the_marks_of_what_it_shows_and_no_others() -> None:
    missing = on("moment.during", "mode.concern", "done", "gate.missing", "private.no", "why")
    assert not any(line.aloud for line in missing.cards[-1].lines)
    assert "aloud" not in missing.cards[-1].marks
    in_order = on(*TO_RESPONSE, "why")
    assert "aloud" in in_order.cards[-1].marks


def test_a_line_whose_guard_does_not_hold_is_not_shown() -> None:
    during = {line.text.msgid for line in on(*TO_RESPONSE).cards[-1].lines}
    after = {line.text.msgid for line in on("moment.after", *TO_RESPONSE[1:]).cards[-1].lines}
    ask = "Er der nogen derhjemme eller i familien"
    assert any(line.startswith(ask) for line in during)
    assert not any(line.startswith(ask) for line in after)


def test_the_way_out_of_a_view_has_a_name_of_its_own() -> None:
    labels = {button.code: button.label.msgid for button in on("moment.during", "why").cards[-1].controls}
    assert labels["back"] == "Tilbage til spørgsmålet"
    acute = {button.code: button.label.msgid for button in on("acute").cards[-1].controls}
    assert acute["next"] == "Videre, når det er sikkert"
    assert {button.code: button.label.msgid for button in on().cards[-1].controls}["back"] == "Tilbage"


def test_the_notify_view_is_the_duty_card_and_its_answer_is_an_aside() -> None:
    talk = on("moment.during", "mode.concern", "more", "notify")
    assert "duty" in talk.cards[-1].marks
    answered = talk.press("duty.notified")
    assert (state(answered), answered.session.view) == ("signs", "")
    assert answered.session.trail[-1] == Answered("signs", {"duty": "notified"}, aside=True)


ASIDE_ABOUT_DUTY = ("moment.after", "mode.concern", "signs.doubt", "done", "more", "notify")
TO_CHILDREN = ("gate.ok", "response.says_no", "danger.no")


@pytest.mark.parametrize("said", ["considered", "colleague"])
def test_a_duty_that_she_does_not_act_on_is_asked_about_again_where_there_is_a_child(said: str) -> None:
    talk = on(*ASIDE_ABOUT_DUTY, f"duty.{said}", *TO_CHILDREN, "children.yes", "child_danger.no")
    assert state(talk.press("exposure.unknown").press("suspected.parent")) == "duty"


def test_a_duty_that_she_acts_on_is_not_asked_about_twice() -> None:
    talk = on(*ASIDE_ABOUT_DUTY, "duty.notified", *TO_CHILDREN, "children.yes", "child_danger.no")
    assert state(talk.press("exposure.unknown").press("suspected.parent")) == "level"


def test_whether_there_are_children_is_hers_to_find_out_whatever_she_said_of_the_duty() -> None:
    talk = on(*ASIDE_ABOUT_DUTY, "duty.notified", *TO_CHILDREN, "children.unknown")
    assert state(talk) == "duty"


# --- hide -------------------------------------------------------------------------------------------


def test_hide_shows_the_neutral_screen_and_hide_twice_brings_the_question_back() -> None:
    before = on(*TO_RESPONSE)
    hidden = on(*TO_RESPONSE, "hide")
    assert hidden.cards[-1].marks == {"neutral"}
    assert hidden.cards[-1].choices == ()
    room = hidden.press("hide")
    assert room.cards[-1].marks == {"neutral"} and room.cards[-1] != hidden.cards[0]
    assert room.press("hide").cards[-1] == before.cards[-1]


@pytest.mark.parametrize(
    "presses",
    [
        presses
        for count in (1, 2, 3, 4)
        for presses in itertools.product(("back", "hide", "more", "acute"), repeat=count)
    ],
)
def test_only_the_same_press_twice_in_a_row_uncovers_the_card(presses: tuple[str, ...]) -> None:
    session = on(*TO_RESPONSE, "hide").session
    for at, code in enumerate(presses):
        shown = engine.card(FLOW, session)
        if code not in {button.code for button in shown.controls}:
            code = "next"  # what the emergency card has in the others' place
        session = press(FLOW, session, code).session
        assert session.state == "response"
        if not session.is_hidden:
            assert presses[at - 1 : at + 1] == ("hide", "hide")
            return
        assert engine.card(FLOW, session).marks in ({"neutral"}, {"emergency"})
    doubled = any(presses[at : at + 2] == ("hide", "hide") for at in range(len(presses)))
    assert not doubled or "acute" in presses


def test_acute_works_from_the_hidden_screen_and_leads_back_to_the_hidden_screen() -> None:
    talk = on(*TO_RESPONSE, "hide", "acute")
    assert "emergency" in talk.cards[-1].marks
    returned = talk.press("next")
    assert (state(returned), returned.session.view) == ("response", "hide")
    assert "emergency" in returned.press("hide").press("acute").cards[-1].marks


def test_what_is_called_back_while_the_screen_is_hidden_uncovers_nothing() -> None:
    hidden = on(*TO_SENT, "hide").session
    assert engine.withdraw(FLOW, hidden).session.is_hidden


def test_nothing_but_the_four_innocent_buttons_is_on_the_hidden_screen() -> None:
    card = on(*TO_RESPONSE, "hide").cards[-1]
    assert {button.code: button.label.msgid for button in card.controls} == {
        "back": "Dagsorden",
        "hide": "Lokale",
        "more": "Bilag",
        "acute": "Telefonliste",
    }
    for code in ("stop", "why", "next", "notify", "response.disclosed"):
        assert press(FLOW, on(*TO_RESPONSE, "hide").session, code).note == "not_offered"


# --- emergency --------------------------------------------------------------------------------------


def test_acute_is_the_very_next_card_and_next_returns_to_the_question() -> None:
    before = on(*TO_RESPONSE)
    talk = on(*TO_RESPONSE, "acute")
    assert "emergency" in talk.cards[-1].marks
    assert talk.cards[-1].choices == ()
    assert talk.press("next").cards[-1] == before.cards[-1]
    assert talk.answers == before.answers


def test_danger_now_shows_the_emergency_card_and_then_the_question_that_follows() -> None:
    talk = on("moment.during", "mode.uses", "gate.ok", "danger.now")
    assert "emergency" in talk.cards[-1].marks
    assert talk.answers["danger"] == "now"
    assert state(talk) == "children"
    assert "emergency" not in talk.press("next").cards[-1].marks
    assert (state(talk), talk.session.view) == ("children", "")


def test_a_child_in_danger_now_shows_the_emergency_card() -> None:
    talk = on("done", "child_danger.now", entry="duty")
    assert "emergency" in talk.cards[-1].marks
    assert (talk.answers["child_danger"], state(talk)) == ("now", "exposure")
    assert talk.press("next").session.view == ""


# --- asides -----------------------------------------------------------------------------------------


def test_an_aside_counts_and_asks_the_interrupted_question_again() -> None:
    before = on(*TO_RESPONSE)
    step = press(FLOW, replace(before.session, view="more"), "level.knowledge")
    assert step.note == "aside"
    assert (step.session.state, step.session.view, step.session.answers["level"]) == (
        "response",
        "",
        "knowledge",
    )
    assert step.session.trail[:-1] == before.session.trail
    assert step.session.turn == before.session.turn + 1


def test_an_aside_that_is_changed_leaves_only_the_last_one() -> None:
    talk = on("moment.during", "more", "level.knowledge", "more", "level.concern")
    assert [one.answers for one in talk.session.trail] == [{"moment": "during"}, {"level": "concern"}]


def test_an_aside_about_honour_shows_that_the_family_is_not_contacted() -> None:
    talk = on("moment.during", "more", "honour.yes")
    assert (talk.session.view, "honour_first" in talk.cards[-1].marks) == ("honour", True)
    assert talk.press("next").session.view == ""


def test_an_aside_after_the_referral_keeps_the_seal_where_it_is() -> None:
    talk = on("moment.during", "more", "level.knowledge", *TO_SENT[1:])
    sealed = talk.session.trail[talk.session.sealed - 1]
    changed = talk.press("more").press("level.concern")
    assert changed.session.trail[changed.session.sealed - 1] == sealed
    assert press(FLOW, changed.session, "back").note == "sealed"
    assert changed.answers["level"] == "concern"


def test_changing_an_aside_after_the_referral_does_not_open_the_way_back_over_it() -> None:
    talk = on(*TO_SENT, "next", "more", "level.concern", "more", "level.suspicion", "back")
    assert state(talk) == "sent"
    assert press(FLOW, talk.session, "back") == Step(talk.session, note="sealed")


# --- asking the key person --------------------------------------------------------------------------


def test_ask_is_a_view_and_done_on_it_sends_a_question_without_a_name() -> None:
    talk = on("moment.during", "more", "ask")
    assert "key_contact" in talk.cards[-1].marks
    assert "done" in offered(talk.cards[-1])
    step = press(FLOW, talk.session, "done")
    assert (step.does, step.note, step.ended) == (("refer",), "asked", False)
    assert (step.session.state, step.session.view, step.session.sealed) == ("mode", "", 2)
    assert step.session.answers["asked"] == "advice"
    assert press(FLOW, step.session, "back").note == "sealed"


def test_advice_is_asked_for_once() -> None:
    talk = on("moment.during", "more", "ask", "done", "more", "ask")
    assert "done" not in offered(talk.cards[-1])
    assert press(FLOW, talk.session, "done").note == "not_offered"


def test_done_on_ask_keeps_half_made_ticks() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear", "more", "ask", "done")
    assert (state(talk), talk.session.ticks) == ("signs", ("fear",))


# --- consent, sent, withdrawn -----------------------------------------------------------------------


@pytest.mark.parametrize("consent", ["named", "anonymous"])
def test_consent_asks_for_the_referral_to_be_stored_and_seals_the_way_back(consent: str) -> None:
    talk = on(*TO_WISH, "wish.help")
    step = press(FLOW, talk.session, f"consent.{consent}")
    assert step.does == ("refer",)
    assert step.session.state == "sent"
    assert step.session.sealed == len(step.session.trail)


@pytest.mark.parametrize("consent", ["none", "cannot"])
def test_without_consent_nothing_is_stored(consent: str) -> None:
    step = press(FLOW, on(*TO_WISH, "wish.help").session, f"consent.{consent}")
    assert (step.does, step.session.state, step.session.sealed) == ((), "next", 0)


def test_withdrawing_on_the_sent_card_asks_about_consent_again() -> None:
    talk = on(*TO_SENT, "withdraw")
    assert talk.does == ["refer", "withdraw"]
    assert (state(talk), talk.session.sealed, "consent" in talk.answers) == ("consent", 0, False)
    assert talk.answers["wish"] == "help"
    assert state(talk.press("consent.none")) == "next"


def test_withdrawing_later_keeps_the_answers_since_and_turns_the_consent_into_none() -> None:
    talk = on(*TO_SENT, "next", "next.call", "more")
    assert "withdraw" in offered(talk.cards[-1])
    before = talk.answers
    withdrawn = talk.press("withdraw")
    assert talk.does == ["refer", "withdraw"]
    assert withdrawn.answers == {**before, "consent": "none"}
    assert (withdrawn.session.sealed, withdrawn.session.view, state(withdrawn)) == (0, "", "exposure")
    assert "withdraw" not in offered(withdrawn.press("more").cards[-1])


def test_withdrawing_a_question_for_advice_forgets_that_it_was_asked() -> None:
    talk = on("moment.during", "more", "ask", "done", "mode.routine", "more", "withdraw")
    assert talk.does == ["refer", "withdraw"]
    assert "asked" not in talk.answers
    assert (talk.session.sealed, state(talk)) == (0, "gate")
    assert state(talk.press("back")) == "mode"


def test_withdrawing_a_consent_that_followed_a_question_for_advice_leaves_nothing_asked() -> None:
    talk = on("moment.during", "more", "ask", "done", *TO_SENT[1:], "withdraw")
    assert talk.does == ["refer", "refer", "withdraw"]
    assert (state(talk), "asked" in talk.answers, derived.path(talk.answers)) == ("consent", False, "none")
    said = [line.text.msgid for line in talk.press("stop").cards[-1].lines]
    assert not any("gælder stadig" in line for line in said)


def test_back_after_withdrawing_does_not_lead_to_a_card_that_says_sent() -> None:
    talk = on(*TO_SENT, "next", "more", "withdraw", "back")
    assert (state(talk), "consent" in talk.answers) == ("consent", False)
    assert "sent" not in talk.cards[-1].marks


def test_withdraw_is_not_offered_where_nothing_was_sent() -> None:
    talk = on(*TO_WISH, "more")
    assert "withdraw" not in offered(talk.cards[-1])
    assert press(FLOW, talk.session, "withdraw").note == "not_offered"


# --- stop and ends ----------------------------------------------------------------------------------


def test_stop_ends_where_one_is_and_keeps_the_answers() -> None:
    talk = on("moment.during", "mode.concern", "signs.fear")
    step = press(FLOW, talk.session, "stop")
    assert step.ended and step.does == () and step.note == ""
    assert same_but(step.session, talk.session, state="stopped", ticks=(), turn=talk.session.turn + 1)
    assert step.session == engine.stop(FLOW, talk.session).session


def test_stop_works_from_a_view() -> None:
    step = press(FLOW, on("moment.during", "why").session, "stop")
    assert (step.ended, step.session.state, step.session.view) == (True, "stopped", "")


def test_a_card_that_ends_offers_emergency_notifying_and_asking_that_need_no_conversation() -> None:
    talk = on("moment.before", "mode.routine", "gate.ok")
    assert talk.ended
    assert offered(talk.cards[-1]) == ["acute", "0:notify.0", "0:ask.0"]
    labels = {button.code: button.label.msgid for button in talk.cards[-1].controls}
    assert labels["0:notify.0"] == "Underret om et barn"
    assert press(FLOW, talk.session, "back").note == "not_offered"


def test_a_key_persons_card_that_ends_offers_emergency_alone() -> None:
    session = engine.begin(REFERRAL, "open", 1, {"urgency": "standard", "path": "referral"}, "ab12")
    asked = press(REFERRAL, session, "take.pass_on")
    assert not asked.does and asked.session.state == "reason"
    step = press(REFERRAL, asked.session, "reason.busy")
    assert step.ended and step.does == ("pass_on",)
    assert offered(engine.card(REFERRAL, step.session)) == ["acute"]


def test_a_key_persons_deeds_come_with_her_answers() -> None:
    talk = Talk(REFERRAL, engine.begin(REFERRAL, "open", 1, {"urgency": "now", "path": "referral"}, "ab12"))
    talk.press("take.accept").press("contact.reached").press("assessment.done").press("tool.sara")
    talk.press("plan.made").press("review.2w").press("offer.group").press("answer.accepted").press(
        "close.completed"
    )
    does = ["accept", "contact", "assessment", "tool", "plan", "offer", "answer", "close"]
    assert (talk.does, talk.ended) == (does, True)
    assert "more" not in {code for card in talk.cards for code in offered(card)}


def test_a_step_says_that_it_ended_only_on_an_end() -> None:
    talk = on()
    assert not talk.ended
    for code in ("moment.after", "mode.routine", "gate.ok", "response.says_no", "done"):
        assert not talk.press(code).ended
    assert talk.press("next.none").ended


# --- the machine ------------------------------------------------------------------------------------


def _codes(flow: Flow) -> set[str]:
    codes = {f"begin.{entry}" for entry in flow.entries}
    for one in flow.states.values():
        if one.many:
            codes.add("done")
        elif not one.ends:
            codes |= {choice.code for choice in one.choices} | ({"next"} if one.moves else set())
    return codes


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_the_machines_triggers_are_exactly_the_declared_codes(flow: Flow) -> None:
    assert len(flow.machine.events) > 5
    assert set(flow.machine.events) == _codes(flow)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_a_condition_is_a_guard_of_the_closed_list_and_never_a_name(flow: Flow) -> None:
    conditions = [
        condition.func
        for event in flow.machine.events.values()
        for transitions in event.transitions.values()  # type: ignore[attr-defined]
        for one in transitions
        for condition in one.conditions
    ]
    assert len(conditions) >= 5
    for condition in conditions:
        assert isinstance(condition, Guard)
        assert condition is GUARDS[condition.name]


QUESTIONS = ("one", "two", "three", "four")
ASKS = [Guard(f"{name}_{key}", frozenset({name}), _is(name, key)) for name in QUESTIONS for key in "ab"]


def _plan(chance: random.Random) -> dict[str, Stop]:
    """A few questions in a row, each asked under some conditions and leading on under others."""
    names = [*"PQRSTU"]
    plan = {}
    for number, name in enumerate(names):
        onwards = [*names[number + 1 :], "end"]
        ways = [
            Arrow(chance.choice(onwards), tuple(chance.sample(ASKS, chance.choice((1, 1, 2)))))
            for _ in range(chance.choice((0, 1, 2)))
        ]
        when = tuple(chance.sample(ASKS, chance.choice((0, 1, 1, 2))))
        plan[name] = Stop(when, (*ways, Arrow(chance.choice(onwards), ())))
    return {**plan, "end": Stop((), ())}


def _by_hand(plan: dict[str, Stop], name: str, answers: dict[str, str]) -> str:
    """Where the road leads, followed question by question."""
    while not all(guard(answers) for guard in plan[name].when):
        name = _onwards(plan, name, answers)
    return name


def _onwards(plan: dict[str, Stop], name: str, answers: dict[str, str]) -> str:
    return next(way.target for way in plan[name].then if all(guard(answers) for guard in way.when))


def test_the_arrows_lead_where_the_questions_would_one_by_one() -> None:
    """What is left out because it is ruled out must never have been needed."""
    chance = random.Random(1)
    targets = set()
    for _ in range(400):
        plan = _plan(chance)
        given = {name: chance.choice("ab") for name in QUESTIONS if chance.random() < 0.4}
        road = list(arrows(plan, plan["P"].then, settled(given, ASKS)))
        assert [one for one in road[:-1] if not one.when] == [], (
            "nothing may follow an arrow without a condition"
        )
        for _ in range(12):
            answers = {**{name: chance.choice("abc") for name in QUESTIONS if chance.random() < 0.7}, **given}
            taken = next(one.target for one in road if all(guard(answers) for guard in one.when))
            assert taken == _by_hand(plan, _onwards(plan, "P", answers), answers), (plan, given, answers)
            targets.add(taken)
    assert targets == {*"QRSTU", "end"}


def test_the_real_roads_do_not_ask_what_is_settled() -> None:
    """Left-out ways keep a press fast; the bound is a few times what is needed today."""
    longest = max(
        len(transitions)
        for event in FLOW.machine.events.values()
        for transitions in event.transitions.values()  # type: ignore[attr-defined]
    )
    assert 5 < longest < 150


def test_a_machine_holds_nobody_after_a_thousand_steps() -> None:
    machine: Any = FLOW.machine
    assert machine.models == []
    for _ in range(1000 // len(TO_SENT) + 1):
        on(*TO_SENT)
    assert machine.models == []
    assert not machine.has_queue
    assert not any(name.startswith("to_") for name in machine.events)


def test_two_conversations_on_one_machine_do_not_meet() -> None:
    one, two = on("moment.during"), on("moment.before")
    one.press("mode.concern")
    two.press("mode.routine")
    assert (state(one), state(two)) == ("signs", "gate")
    assert two.answers["moment"] == "before"


def test_a_step_leaves_the_session_it_was_given_as_it_was() -> None:
    session = on("moment.during", "mode.concern", "signs.fear").session
    copy = replace(session)
    for code in ("done", "signs.doubt", "back", "stop", "acute", "hide", "more"):
        press(FLOW, session, code)
    assert session == copy
