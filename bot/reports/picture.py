"""Draws the way from asked to helped as one PNG, in a process of its own: JSON comes in, the picture goes out. It knows
nothing of where the figures come from.

Made for a telephone: three of its pixels are one of a screen that is 360 wide, so that no letter is smaller than 12
there. The ground is opaque, since a dark screen would swallow dark words. Blue and orange are told apart by every kind
of eye (Okabe and Ito), and the earlier bar is hatched and thinner besides.
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, DPI = 1080, 100  # pixels; three for each of a small telephone
NOW, BEFORE, INK, SOFT, GROUND = "#0072B2", "#E69F00", "#1B1F24", "#4A525C", "#F4F5F2"
TITLE, LABEL, NUMBER, NOTE = 50, 40, 42, 36  # pixels; 12 on the telephone is 36
ROW, HEAD, FOOT = 140, 250, 110  # pixels


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage: its name, and its number now and before, each with how it is written; None is hidden."""

    label: str
    now: int | None
    said: str
    before: int | None
    said_before: str


@dataclass(frozen=True, slots=True)
class Drawing:
    title: str
    now: str
    before: str
    bars: Sequence[Bar]
    notes: Sequence[str]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def main() -> None:
    sys.stdout.buffer.write(png(json.loads(sys.stdin.buffer.read())))


def png(told: Mapping[str, Any]) -> bytes:
    """Raises ImportError where matplotlib is not installed."""
    # Its list of fonts is written once and read ever after; a home may be read-only.
    os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "opspor-fonts"))
    from matplotlib.figure import Figure

    bars = [Bar(**one) for one in told["bars"]]
    height = HEAD + ROW * len(bars) + FOOT
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=GROUND)
    axes = figure.add_axes((0.04, FOOT / height, 0.92, (height - HEAD - FOOT) / height))
    _heading(figure, told, height)
    _bars(axes, bars)
    figure.text(0.04, 0.25 * FOOT / height, "\n".join(told["notes"]), fontsize=_points(NOTE), color=SOFT)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", facecolor=GROUND, metadata={"Software": None})
    return drawn.getvalue()


def _heading(figure: "Figure", told: Mapping[str, Any], height: int) -> None:
    """The title, and whose bar is whose."""
    figure.text(0.04, 1 - 78 / height, told["title"], fontsize=_points(TITLE), color=INK, weight="bold")
    for line, (colour, words, hatch) in enumerate(((NOW, told["now"], None), (BEFORE, told["before"], "//"))):
        if words:
            low = 1 - (150 + 62 * line) / height
            figure.patches.append(_mark(figure, low, height, colour, hatch))
            figure.text(0.10, low, words, fontsize=_points(LABEL), color=INK, va="bottom")


def _mark(figure: "Figure", low: float, height: int, colour: str, hatch: str | None) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(
        (0.04, low + 6 / height), 0.04, 36 / height, transform=figure.transFigure, facecolor=colour,
        edgecolor=GROUND, hatch=hatch, linewidth=0,
    )  # fmt: skip


def _bars(axes: "Axes", bars: Sequence[Bar]) -> None:
    """Each stage's name above its two bars, its numbers at their ends."""
    most = max([1, *(number for bar in bars for number in (bar.now, bar.before) if number)])
    for place, bar in enumerate(bars):
        axes.text(0, place + 0.02, bar.label, fontsize=_points(LABEL), color=INK, va="top")
        _bar(axes, place + 0.53, 0.24, bar.now, bar.said, most, NOW, None)
        _bar(axes, place + 0.80, 0.17, bar.before, bar.said_before, most, BEFORE, "//")
    axes.set_xlim(0, most * 1.18)
    axes.set_ylim(len(bars), 0)
    axes.axis("off")


def _bar(
    axes: "Axes", at: float, thick: float, number: int | None, said: str, most: int, colour: str, hatch: str | None
) -> None:  # fmt: skip
    if not said:
        return
    axes.barh(at, number or 0, thick, color=colour, hatch=hatch, edgecolor=GROUND, linewidth=0)
    size = NUMBER if hatch is None else NOTE
    axes.text(
        (number or 0) + most * 0.015, at, said, fontsize=_points(size), color=INK, va="center",
        weight="bold" if hatch is None else "normal",
    )  # fmt: skip


def _points(pixels: int) -> float:
    return pixels * 72 / DPI


if __name__ == "__main__":
    main()
