"""What a card offers beside its answers, and what each is called; what they do is the engine's."""

from bot import showing
from bot.model import Button, Flow, Session, State

# What a bystander must not be able to undo by chance: the hidden screen has four buttons that each show something
# ordinary, and only the second of two presses on `hide`, with nothing in between, brings the card back.
ON_HIDDEN = ("back", "hide", "more", "acute")
_ALWAYS = ("back", "acute", "hide", "stop")


def offered(flow: Flow, session: Session) -> tuple[str, ...]:
    """By name, in the order in which they are offered."""
    if session.view:
        return _of_view(flow, session)
    state = flow.states[session.state]
    if state.ends:
        return ("acute", *(f"0:{name}.0" for name in ("notify", "ask") if name in flow.views))
    moves = () if state.moves is None else ("done" if state.many else "next",)
    withdraw = ("withdraw",) if "sent" in state.marks else ()
    why = ("why",) if state.why else ()
    show = ("show",) if showing.words(state, session.answers) else ()
    more = ("more",) if "more" in flow.views else ()
    return (*moves, *withdraw, "back", *why, *show, "acute", "hide", *more, "stop")


def _of_view(flow: Flow, session: Session) -> tuple[str, ...]:
    if showing.is_open(session.view):
        following = ("show",) if len(showing.words(flow.states[session.state], session.answers)) > 1 else ()
        other = ("more",) if showing.LANGUAGES in flow.views else ()
        return (*following, *other, *_ALWAYS)
    match session.view:
        case "hide" | "hide.room" | "hide.papers":
            return ON_HIDDEN
        case "hide.acute":
            return ("next", "hide")
        case "acute" | "honour":
            return ("next", "hide", "stop") if session.view == "acute" else ("next", "acute", "hide", "stop")
        case "ask":
            send = () if session.sealed else ("done",)
            return (*send, *_ALWAYS)
        case "more":
            withdraw = ("withdraw",) if session.sealed else ()
            return ("notify", "ask", *withdraw, *_ALWAYS)
    return _ALWAYS


def button(flow: Flow, name: str, state: State, beside: bool = False) -> Button:
    """`beside`: over the card of `state`, not on it."""
    if name in ("next", "done") and state.moves is not None:
        return Button(name, state.moves)
    if ":" in name:  # a button of the house's, which works when the conversation is over
        return Button(name, flow.controls[name.removeprefix("0:").removesuffix(".0")])
    own = flow.controls.get(f"{state.name.partition('.')[0]}.{name}")
    over = flow.controls.get(f"beside.{name}") if beside else None
    return Button(name, own or over or flow.controls[name])
