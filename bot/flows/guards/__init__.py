"""The conditions that flow files may name: a closed list of yes-or-no questions to the answers."""

from bot.flows.guards import answers, asking, children, ending, handing_over
from bot.flows.guards.registry import GUARDS

__all__ = ["GUARDS", "answers", "asking", "children", "ending", "handing_over"]
