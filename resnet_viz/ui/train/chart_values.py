"""What a chart over time is made of: lines, what they are compared with, and events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from resnet_viz.numerals import figure
from resnet_viz.ui.train.curve import Curve


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart.

    Attributes:
        curve: its values.
        name: in readouts: `ResNet-56, train`.
        label: at the line's end; empty for none.
        group: whose line it is; those of one group stand together in readouts.
        mark: a sign of the group, for colours alone tell nothing to some: `●`.
        colour: field of the theme.
        dashed: whether the line is dashed, and every value a dot where there is room.
        smoothed: whether single steps stand faintly behind their running mean.
        hidden: whether it is not drawn; the axes leave room for it all the same.
    """

    curve: Curve
    name: str
    label: str = ""
    group: str = ""
    mark: str = ""
    colour: str = "output"
    dashed: bool = False
    smoothed: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Guide:
    """A line to compare with: a value, and what it is."""

    value: float
    text: str


@dataclass(frozen=True)
class Happening:
    """Something that happened at a step.

    Attributes:
        step: when.
        text: what, in a few words.
        colour: field of the theme.
        more: the whole sentence.
    """

    step: int
    text: str
    colour: str = "muted"
    more: str = ""


@dataclass(frozen=True)
class Quantity:
    """What a chart's y axis counts.

    Attributes:
        title: with its unit.
        detail: of what, where the title leaves that open.
        share: whether values are shares of 0 to 1, written in percent.
        log_offered: whether a log axis makes sense.
        said: how a value is written.
    """

    title: str
    detail: str = ""
    share: bool = False
    log_offered: bool = False
    said: Callable[[float], str] = field(default=figure)
