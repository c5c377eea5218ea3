"""The block view's first line: name, facts, and the equation with its numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.formula import equation, facts, norms
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment


class Header(QWidget):
    """Name and facts at the left, equation at the right.

    Args:
        look: of the window.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.name = LineLabel(look, look.theme.title_px)
        self.facts = LineLabel(look, look.theme.small_px)
        self.formula = LineLabel(look, look.theme.font_px)
        self.name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        # In a narrow window the facts give way, the least important first; the equation stays.
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(9)
        row.addWidget(self.name)
        row.addWidget(self.facts, 1)
        row.addWidget(self.formula)

    def set_look(self, look: Look) -> None:
        """Change colours and sizes."""
        self.name.set_look(look, look.theme.title_px)
        self.facts.set_look(look, look.theme.small_px)
        self.formula.set_look(look, look.theme.font_px)

    def set_block(
        self, block: BlockSpec, order: str, activation: str, stats: BlockStats | None
    ) -> None:
        """Show a block; without `stats` its numbers are still to come."""
        self.name.set_line((Segment(block.name, bold=True),))
        words = facts(block, order, stats)
        variants = [" · ".join(words[:n]) for n in range(len(words), 0, -1)]
        self.facts.set_line(*((Segment(text, "muted"),) for text in variants))
        self.facts.setToolTip(variants[0])
        if stats is None:
            bare = equation(block.shortcut, 1.0, 1.0, order, activation)
            self.formula.set_line((*bare, Segment("   measuring…", "muted")), bare)
            return
        bare = equation(stats.shortcut, stats.skip, stats.main, order, activation)
        space = Segment("    ")
        self.formula.set_line(
            (*bare, space, *norms(stats)), (*bare, space, *norms(stats, brief=True)), bare
        )
