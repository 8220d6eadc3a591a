"""A flow as a Mermaid chart, for people who read charts; drawn with a machine of its own, never by the bot."""

from collections.abc import Mapping
from types import SimpleNamespace

import transitions

from bot.flows.declared import Road, Say, Shapes, in_reading_order, roads, title
from bot.model import START, Flow, Guard, State


def mermaid(flow: Flow, written: Shapes, say: Say) -> str:
    """The declared roads of a flow as the text of a Mermaid state diagram, the same for the same files."""
    # Here and nowhere else: the diagrams extension is slow to import, and the bot has no use for it.
    from transitions.extensions.diagrams import GraphMachine

    sheet = SimpleNamespace()
    machine = GraphMachine(
        model=sheet,  # GraphMachine draws for a model, never without one
        states=[START, *(_box(flow.states[name], say) for name in in_reading_order(flow, written))],
        initial=START,
        auto_transitions=False,
        transitions=[*_beginnings(flow), *(_transition(road, say) for road in roads(flow, written))],
        title=f"title: {flow.name}",
        graph_engine="mermaid",
    )
    machine.machine_attributes = {**machine.machine_attributes, "rankdir": "TB"}
    drawn: str = sheet.get_graph(force_new=True).draw(None)
    return drawn


def _beginnings(flow: Flow) -> list[dict[str, str]]:
    return [
        {"trigger": name, "source": START, "dest": entry.start, "label": _plain(f"{name}{_sets(entry.sets)}")}
        for name, entry in flow.entries.items()
    ]


def _sets(known: Mapping[str, object]) -> str:
    return "".join(f", {question}.{key}" for question, key in known.items())


def _transition(road: Road, say: Say) -> dict[str, str]:
    """Its label holds the guards by name: the drawing machine gets no conditions, because it never moves."""
    said = "<br/>".join(_plain(say(label)) for label in road.labels)
    guards = f"[{_names(road.when)}]" if road.when else "[else]" if road.otherwise else ""
    label = " ".join(part for part in (said, guards) if part) or "–"
    return {
        "trigger": f"{road.source}-{road.target}",
        "source": road.source,
        "dest": road.target,
        "label": label,
    }


def _box(state: State, say: Say) -> transitions.State:
    asked = f"[asked when {_names(state.when)}]" if state.when else ""
    box = transitions.State(state.name)
    parts = (state.name, _plain(title(state, say)), asked)
    box.label = "<br/>".join(part for part in parts if part)  # type: ignore[attr-defined]
    return box


def _names(guards: tuple[Guard, ...]) -> str:
    return " & ".join(guard.name for guard in guards)


def _plain(said: str) -> str:
    """What Mermaid reads as its own in a label: quotes, the colon, the semicolon, the hash."""
    for sign, instead in (('"', "”"), (":", "∶"), (";", ","), ("#", "＃"), ("\n", " ")):
        said = said.replace(sign, instead)
    return said
