"""Paints stage headers, the line, the squares (or folded bars) and the block labels."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from resnet_viz.ui.overview.arcs import paint_arcs
from resnet_viz.ui.overview.geometry import Chain
from resnet_viz.ui.overview.layout import BlockAxis, Detail, label_step, thin_labels
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Align, Anchor, Style, draw_text

_LETTER_FROM = 1.045  # heights of the type: in smaller squares the F could not be read
_SEPARATOR_PITCH = 5.0  # separators closer than this would fill the bar


def paint_chain(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """Paint everything above the lanes."""
    _paint_line(painter, chain, style)
    axis = chain.axis
    painter.save()
    painter.setClipRect(
        QRectF(axis.left - 1, 0, axis.width + 2, chain.label_y + 100).toAlignedRect()
    )
    _paint_headers(painter, chain, style, state)
    if axis.detail is Detail.BLOCKS:
        paint_arcs(painter, chain, style, state)
        for i in axis.visible:
            _paint_square(painter, chain, style, state, i)
    else:
        for stage in range(1, len(axis.depths) + 1):
            _paint_folded_stage(painter, chain, style, state, stage)
        paint_arcs(painter, chain, style, state)
    painter.restore()
    if chain.labelled:
        paint_names(painter, style, chain.axis, state, chain.label_y)


def _paint_line(painter: QPainter, chain: Chain, style: Style) -> None:
    axis, y = chain.axis, chain.line_y
    left, right = axis.left - 14, axis.right + 10
    painter.setPen(style.pen("ghost", 1.6 * style.scale))
    painter.drawLine(QPointF(left, y), QPointF(right - 3, y))
    head = 4.0 * style.scale
    arrow = QPainterPath(QPointF(right - head * 1.6, y - head))
    arrow.lineTo(right, y)
    arrow.lineTo(right - head * 1.6, y + head)
    painter.fillPath(arrow, style.brush("ghost"))


def header_rect(chain: Chain, stage: int) -> QRectF:
    """The visible part of a stage's header bar; empty if it is out of view."""
    axis = chain.axis
    first, after = axis.stage_span(stage)
    left, right = max(axis.x(first) + 2, axis.left), min(axis.x(after) - 2, axis.right)
    if right - left < 1:
        return QRectF()
    return QRectF(left, chain.header_top, right - left, chain.header_height)


def _paint_headers(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    painter.setFont(style.small)
    for stage in range(1, len(chain.axis.depths) + 1):
        rect = header_rect(chain, stage)
        if rect.isEmpty():
            continue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush("raised"))
        painter.drawRoundedRect(rect, 4, 4)
        room = rect.width() - 6
        for text in state.stage_title(stage):
            if style.metrics.horizontalAdvance(text) <= room:
                painter.setPen(style.pen("muted"))
                painter.drawText(rect, Align.AlignCenter, text)
                break
    painter.setBrush(Qt.BrushStyle.NoBrush)


def square_rect(chain: Chain, index: int) -> QRectF:
    """The square of a block; in a folded stage its part of the bar."""
    x, side = chain.axis.centre(index), chain.square
    width = side if chain.axis.detail is Detail.BLOCKS else max(3.0, chain.axis.pitch)
    return QRectF(x - width / 2, chain.line_y - side / 2, width, side)


def _paint_square(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, index: int
) -> None:
    rect = square_rect(chain, index)
    selected = index == state.selected
    main = float(state.main[index])
    radius = min(4.0, rect.width() * 0.18)
    border = (1.8 if rect.width() >= 16 else 1.2) * style.scale
    if main == 0:
        painter.setBrush(style.brush("card"))
        painter.setPen(style.dashed("branch" if selected else "ghost", border, 3.0))
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(style.pen("branch" if selected else "ghost", border))
        inner = rect.adjusted(3, 3, -3, -3)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.bottomLeft(), inner.topRight())
        return
    painter.setPen(style.pen("branch", border, 0.35 + 0.65 * main))
    if main < 1:  # an opaque ground, so that no line shines through
        painter.setBrush(style.brush("card"))
        painter.drawRoundedRect(rect, radius, radius)
    painter.setBrush(style.brush("branch" if selected else "branch_fill", 0.3 + 0.7 * main))
    painter.drawRoundedRect(rect, radius, radius)
    if rect.width() >= _LETTER_FROM * style.theme.small_px:
        painter.setFont(style.letter(rect.width()))
        painter.setPen(style.pen("card" if selected else "branch"))
        painter.drawText(rect, Align.AlignCenter, "F")


def _paint_folded_stage(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, stage: int
) -> None:
    """One bar for all squares of a stage, with a part of its own for each block."""
    axis = chain.axis
    first, after = axis.stage_span(stage)
    visible = axis.visible
    shown = range(max(first, visible.start), min(after, visible.stop))
    if not shown:
        return
    bar = QRectF(
        axis.x(first) + 2, chain.line_y - chain.square / 2, axis.x(after) - axis.x(first) - 4,
        chain.square,
    )  # fmt: skip
    _paint_stack(painter, style, bar)
    _paint_parts(painter, chain, style, state, shown)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.pen("branch", 1.4 * style.scale))
    painter.drawRoundedRect(bar, 4, 4)
    _paint_stack_text(painter, chain, style, bar, after - first)


def _paint_stack(painter: QPainter, style: Style, bar: QRectF) -> None:
    """The bar, with two edges below it that suggest more behind."""
    painter.setPen(style.pen("branch", 1.0 * style.scale, 0.6))
    for depth in (2, 4):
        y, inset = bar.bottom() + depth * style.scale, depth * 1.5
        painter.drawLine(QPointF(bar.left() + inset, y), QPointF(bar.right() - inset, y))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.brush("branch_fill"))
    painter.drawRoundedRect(bar, 4, 4)


def _paint_parts(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, shown: range
) -> None:
    """Separators, dropped branches and the selected block within a bar."""
    axis = chain.axis
    top, bottom = chain.line_y - chain.square / 2, chain.line_y + chain.square / 2
    if axis.pitch >= _SEPARATOR_PITCH:
        painter.setPen(style.pen("branch", 1.0, 0.3))
        painter.drawLines([QLineF(x, top, x, bottom) for x in axis.edges(shown)[1:-1].tolist()])
    dropped = [i for i in shown if state.main[i] == 0]
    if dropped:
        painter.setPen(Qt.PenStyle.NoPen)
        rects = [QRectF(axis.x(i), top, axis.pitch, bottom - top) for i in dropped]
        painter.setBrush(style.brush("card"))
        painter.drawRects(rects)
        hatch = style.brush("ghost")
        hatch.setStyle(Qt.BrushStyle.DiagCrossPattern)
        painter.setBrush(hatch)
        painter.drawRects(rects)
    if state.selected is not None and state.selected in shown:
        painter.fillRect(square_rect(chain, state.selected), style.brush("branch"))


def _paint_stack_text(
    painter: QPainter, chain: Chain, style: Style, bar: QRectF, n_blocks: int
) -> None:
    axis = chain.axis
    left, right = max(bar.left(), axis.left), min(bar.right(), axis.right)
    painter.setFont(style.bold)
    for text in (f"F × {n_blocks}", f"×{n_blocks}"):
        width = style.bold_metrics.horizontalAdvance(text) + 10
        if width <= right - left - 6:
            pill = QRectF((left + right - width) / 2, bar.top() + 2, width, bar.height() - 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.brush("branch_fill", 0.92))
            painter.drawRoundedRect(pill, 4, 4)
            painter.setPen(style.pen("branch"))
            painter.drawText(pill, Align.AlignCenter, text)
            break
    painter.setBrush(Qt.BrushStyle.NoBrush)


def labelled(axis: BlockAxis, style: Style, state: OverviewState) -> list[int]:
    """Blocks whose label is drawn: the selected one, the first of each stage, every k-th."""
    visible = axis.visible
    if not visible:
        return []
    texts = {i: short_name(state, i) for i in (visible.start, visible.stop - 1)}
    widest = max(style.metrics.horizontalAdvance(t + "0") for t in texts.values())
    step = label_step(widest + 6, axis.pitch)
    order: list[int] = []
    if state.selected is not None:
        order.append(state.selected)
    order += axis.stage_starts[:-1]
    for stage in range(1, len(axis.depths) + 1):
        first, after = axis.stage_span(stage)
        skipped = max(0, -(-(visible.start - first) // step))
        order += range(first + skipped * step, min(after, visible.stop), step)
    order = [i for i in order if axis.left <= axis.centre(i) <= axis.right]
    centres = {i: axis.centre(i) for i in order}
    widths = {i: style.metrics.horizontalAdvance(short_name(state, i)) for i in order}
    position = {i: at for at, i in enumerate(sorted(centres))}
    indices = sorted(centres)
    chosen = thin_labels(
        [centres[i] for i in indices],
        [widths[i] for i in indices],
        list(dict.fromkeys(position[i] for i in order)),
    )
    return [indices[at] for at in chosen]


def short_name(state: OverviewState, index: int) -> str:
    """`layer3.1` as the axis writes it: `3.1`."""
    return state.blocks[index].name.removeprefix("layer")


def paint_names(
    painter: QPainter, style: Style, axis: BlockAxis, state: OverviewState, top: float
) -> None:
    """Write the names of as many blocks as have room, their upper edges at `top`."""
    painter.setFont(style.small)
    for i in labelled(axis, style, state):
        painter.setPen(style.pen("text" if i == state.selected else "muted"))
        draw_text(painter, axis.centre(i), top, short_name(state, i), Anchor.TOP)
