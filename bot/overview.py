"""The overview of a conversation that is over, from the button that is pressed: its answers stand nowhere else."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import cards, copying, dialogue, packing
from bot.house import House
from bot.model import Button, Card, Event, Line, Reply, Staff, Text
from bot.recap import Recap


def show(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if hidden := cards.still_hidden(c, house, staff, staff.active, now):
        return hidden
    flow = house.flows[copying.SUMMED]
    answers = packing.unpack(flow, event.argument)
    if answers is None:
        return cards.house_card(c, house, staff, "overview.gone", now, event.message)
    parts = (house.phrase("overview.title", staff), *Recap(house, staff, flow, answers).parts())
    copy = Button(f"0:sumcopy.{event.argument}", house.phrases["overview.copy"])
    below = (copy, cards.resume_button(house), cards.acute_button(house), cards.hide_button(house))
    card = Card(tuple(Line(Text(said, "")) for said in parts), (), below)
    return dialogue.reply_with(c, house, staff, card, now, event.message)


def copy(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """It comes below, as what else she copies does. What it is made of is held in memory until it is sent: should the
    process end before, she presses again."""
    shown = show(c, house, staff, event, now)
    read = packing.unpack(house.flows[copying.SUMMED], event.argument) is not None
    if not read or cards.hidden(c, house, staff, staff.active):
        return shown
    copying.ask_for_sum(c, house, staff, event.argument, now)
    return replace(shown, toast=house.phrase("copy.comes", staff))
