"""What must always be true of a flow, one function a property (design section 7); they explore nothing themselves."""

from bot.flows.properties import asking, children, handing_over, languages, questions, roads
from bot.flows.properties.demands import PROPERTIES

__all__ = ["PROPERTIES", "asking", "children", "handing_over", "languages", "questions", "roads"]
