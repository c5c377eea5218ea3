"""What a lesion study's numbers say, made from nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resnet_viz.lab.batches import counted
from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lab.studies.lesion_numbers import LesionNumbers, spread
from resnet_viz.lab.wording import conditions

# An intact network this many standard errors from guessing is better than chance.
_SIGNIFICANT = 3.0


def sentence(numbers: LesionNumbers) -> str:
    """The outcome for both networks; empty until both have seen every lesion once.

    Examples:
        "Leaving out one of 27 blocks costs ResNet-56 1.3 points of accuracy in the median (7.0 %
        error intact) and at worst 23.1 (layer2.0, which changes the shape); it costs plain-56
        71.2 (12.0 % error intact) and at worst 78.0 (layer1.3): 1,000 images, ...".
    """
    if any(score.n_images == 0 for side in SIDES for score in numbers.sides[side].scores):
        return ""
    write = _single if numbers.experiment.how == "single" else _many
    images = f"{counted(numbers.n_images, 'image')}, {conditions(numbers.settings)}"
    return f"{write(numbers)}: {images}."


def _single(numbers: LesionNumbers) -> str:
    first = f"Leaving out one of {len(numbers.routes)} blocks {_cost(numbers, 'residual')}"
    if _at_chance(numbers, "plain"):
        return f"{first}; {_nothing_to_lose(numbers, 'plain')}"
    return f"{first}; it {_cost(numbers, 'plain')}"


def _cost(numbers: LesionNumbers, side: Side) -> str:
    """`costs ResNet-56 1.3 points of accuracy in the median (...) and at worst 23.1 (...)`."""
    rises = [
        numbers.wrong(side, r) - numbers.intact_wrong(side) for r in range(len(numbers.routes))
    ]
    median, worst = spread(rises).median, max(rises)
    block = numbers.blocks[rises.index(worst)]
    where = block.name + (", which changes the shape" if block.shortcut != "identity" else "")
    if not numbers.labelled:
        return (
            f"changes the class that {subject(numbers, side)} gives to {median:.1f} % of the "
            f"images in the median and to {worst:.1f} % at worst ({where})"
        )
    return (
        f"costs {subject(numbers, side)} {signed(median)} points of accuracy in the median "
        f"({numbers.intact_wrong(side):.1f} % error intact) and {signed(worst)} at worst ({where})"
    )


def _many(numbers: LesionNumbers) -> str:
    """How many lesions at once each network bears, and how it does with the most."""
    kept = "its lead over guessing" if numbers.labelled else "its classes"
    first = (
        f"{subject(numbers, 'residual')} keeps more than half of {kept} "
        f"{_reach(numbers, 'residual')}"
    )
    if _at_chance(numbers, "plain"):
        return (
            f"{first}; {_with_most(numbers, ('residual',))}; {_nothing_to_lose(numbers, 'plain')}"
        )
    second = f"{subject(numbers, 'plain')} {_reach(numbers, 'plain')}"
    return f"{first}, {second}; {_with_most(numbers, SIDES)}"


def _what(numbers: LesionNumbers, k: int) -> str:
    if numbers.experiment.how == "random":
        return f"{k} of {len(numbers.blocks)} blocks left out at random"
    return f"{counted(k, 'pair')} of blocks swapped at random"


def _reach(numbers: LesionNumbers, side: Side) -> str:
    """Up to which size the median stays on the better half of the way to guessing."""
    reached = 0
    for draw in numbers.draws:
        if not spread([numbers.wrong(side, r) for r in draw.routes]).median < _limit(numbers, side):
            break
        reached = draw.k
    if reached:
        return f"with up to {_what(numbers, reached)}"
    return f"not even with {_what(numbers, numbers.draws[0].k)}"


def _limit(numbers: LesionNumbers, side: Side) -> float:
    """Half of the way to guessing; unlabelled, half of the images."""
    return (numbers.intact_wrong(side) + numbers.guessing) / 2 if numbers.labelled else 50.0


def _with_most(numbers: LesionNumbers, sides: Sequence[Side]) -> str:
    """`with 20 of 27 blocks left out at random the error is 45.1 % and 90.0 % (...)`."""
    draw = numbers.draws[-1]
    medians = [spread([numbers.wrong(side, r) for r in draw.routes]).median for side in sides]
    intact = " and ".join(f"{numbers.intact_wrong(side):.1f} %" for side in sides)
    share = "the error is" if numbers.labelled else "the share of changed classes is"
    trials = counted(len(draw.routes), "draw")
    return (
        f"with {_what(numbers, draw.k)} {share} "
        + " and ".join(f"{median:.1f} %" for median in medians)
        + f" (median of {trials}"
        + (f"; intact {intact})" if numbers.labelled else ")")
    )


def _at_chance(numbers: LesionNumbers, side: Side) -> bool:
    """Whether the intact network cannot be told from guessing."""
    if not numbers.labelled:
        return False
    lead = numbers.guessing - numbers.intact_wrong(side)
    return lead <= _SIGNIFICANT * numbers.uncertainty(side)


def _nothing_to_lose(numbers: LesionNumbers, side: Side) -> str:
    return (
        f"{subject(numbers, side)} has nothing to lose: {numbers.intact_wrong(side):.1f} % error "
        f"intact, guessing gives {numbers.guessing:.1f} %"
    )


def subject(numbers: LesionNumbers, side: Side) -> str:
    """`ResNet-56`, `plain-56`; or what the twin is where it has no training of its own."""
    if side == "plain" and numbers.settings.same_weights:
        return f"{numbers.spec.title()} with its skips cut"
    return numbers.settings.spec(side).title()


def signed(points: float) -> str:
    """`1.3`, `−0.2`: a cost, or a gain."""
    return f"{points:.1f}".replace("-", "−")


def notes(numbers: LesionNumbers) -> tuple[str, ...]:
    """What limits the numbers."""
    said = [
        "A block that is left out is replaced by its shortcut alone; in the plain twin by the "
        "shortcut that it would have, so that the network goes on without that block.",
        _training(numbers),
        _labels(numbers),
        _shape_changes(numbers),
        _broken(numbers),
    ]
    return tuple(note for note in said if note)


def _training(numbers: LesionNumbers) -> str:
    if numbers.spec.norm != "batch" or not numbers.settings.training_mode:
        return ""
    return (
        "Batch norm uses the statistics of this batch, so it adapts to every lesion; evaluation "
        "mode uses those of training."
    )


def _labels(numbers: LesionNumbers) -> str:
    if not numbers.labelled:
        return (
            "There are no true labels here: each network is compared with the classes that it "
            "predicts intact."
        )
    error = numbers.uncertainty("residual")
    if math.isnan(error):
        return ""
    return (
        f"With {counted(numbers.n_images, 'image')} an error of "
        f"{numbers.intact_wrong('residual'):.1f} % is known to ± {error:.1f} points (one standard "
        "error)."
    )


def _shape_changes(numbers: LesionNumbers) -> str:
    """How blocks that change the shape compare with the others, where each was left out."""
    if numbers.experiment.how == "shuffle":
        return "Only blocks of one stage that keep the shape change places."
    if numbers.experiment.how == "random":
        return ""
    changing = [i for i, b in enumerate(numbers.blocks) if b.shortcut != "identity"]
    others = [i for i in range(len(numbers.blocks)) if i not in changing]
    medians = [
        spread([numbers.wrong("residual", i) for i in group]) for group in (changing, others)
    ]
    if any(math.isnan(m.median) for m in medians):
        return ""
    what = "Error" if numbers.labelled else "Changed classes"
    return (
        f"{what} of {subject(numbers, 'residual')} without a block that changes the shape "
        f"({', '.join(numbers.blocks[i].name for i in changing)}): {medians[0].median:.1f} % in "
        f"the median, without another one {medians[1].median:.1f} %."
    )


def _broken(numbers: LesionNumbers) -> str:
    broken = numbers.n_broken()
    if not broken:
        return ""
    return f"After {counted(broken, 'lesion')} some outputs were not finite; they count as wrong."
