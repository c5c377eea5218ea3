"""A figure laid out on its sheet, ready to be painted on whatever device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QRegion
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.paper import LookName, paper_theme
from resnet_viz.ui.figures.sheet import LEAST_PT, Sheet
from resnet_viz.ui.style import palette, style_sheet
from resnet_viz.ui.theme import Theme

_MARGIN = 3
_ROUNDS = 3  # of layouts that only settle once others have


class Themed(Protocol):
    """What a figure's widget can do."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""


@dataclass(frozen=True, eq=False)
class LaidOut:
    """A figure on its sheet.

    Attributes:
        widget: never shown on a screen.
        width_mm, height_mm: in print.
        text_pt: its smallest type in print.
        background: of the sheet, `#rrggbb`.
    """

    widget: QWidget
    width_mm: float
    height_mm: float
    text_pt: float
    background: str

    @property
    def size(self) -> QSize:
        """Logical pixels."""
        return self.widget.size()

    def paint(self, painter: QPainter) -> None:
        """Paint it, one unit per logical pixel."""
        painter.fillRect(self.widget.rect(), self.background)
        self.widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)


@contextmanager
def laid_out(
    figure: Figure,
    sheet: Sheet,
    look: LookName = "paper",
    *,
    caption: bool = True,
    pixels: bool = False,
) -> Iterator[LaidOut]:
    """Make a figure's widget, lay it out, and throw it away afterwards.

    Args:
        figure: what.
        sheet: how large.
        look: which theme.
        caption: whether the caption stands under it.
        pixels: whether the device is made of pixels, `sheet.dpi` to an inch.

    Yields:
        The figure; if it cannot be laid out so small, its type is smaller than the sheet says.

    Raises:
        UserError: if its type would be too small to be read.
    """
    content = figure.make()
    root = _root(content, figure.caption if caption else "")
    try:
        yield _fitted(root, content, figure, sheet, look, pixels=pixels)
    finally:
        root.hide()
        root.deleteLater()


def _root(content: QWidget, caption: str) -> QWidget:
    root = QWidget()
    root.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    root.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
    root.setObjectName("figureSheet")
    font = QFont(root.font())
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    root.setFont(font)
    column = QVBoxLayout(root)
    column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    column.setSpacing(6)
    column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
    column.addWidget(content, 1)
    if caption:
        label = QLabel(caption)
        label.setObjectName("figureCaption")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(label)
    return root


def _fitted(
    root: QWidget,
    content: QWidget,
    figure: Figure,
    sheet: Sheet,
    look: LookName,
    *,
    pixels: bool,
) -> LaidOut:
    theme = paper_theme(look, sheet.dots(100.0) / 100.0 / sheet.px_per_mm if pixels else 1.0)
    root.setPalette(palette(theme))
    root.setStyleSheet(_sheet_style(theme, look))
    cast(Themed, content).set_theme(theme)
    wanted = sheet.width_px
    root.resize(round(wanted), round(sheet.height_px or figure.height_px(wanted)))
    root.show()
    settle(root)
    least = root.minimumSizeHint()
    width = max(round(wanted), least.width())
    height = _height(root, figure, sheet, width)
    factor = max(width / wanted, max(height, least.height()) / height)
    width, height = round(wanted * factor), round(height * factor)
    root.resize(width, height)
    settle(root)
    text_pt = sheet.text_pt / factor
    if text_pt < LEAST_PT:
        raise UserError(
            f"“{figure.title}” does not fit: its type would be {text_pt:.1f} pt.",
            f"Make it at least {sheet.width_mm * factor * LEAST_PT / sheet.text_pt:.0f} mm wide, "
            "or higher.",
        )
    px_per_mm = sheet.px_per_mm * factor
    return LaidOut(root, sheet.width_mm, height / px_per_mm, text_pt, theme.card)


def _height(root: QWidget, figure: Figure, sheet: Sheet, width: int) -> float:
    """Logical pixels of the whole sheet: given, or those of the picture and of its caption."""
    if sheet.height_px is not None:
        return sheet.height_px * width / sheet.width_px
    height = figure.height_px(width - 2 * _MARGIN) + 2 * _MARGIN
    caption = root.findChild(QLabel, "figureCaption")
    if isinstance(caption, QLabel):
        height += caption.heightForWidth(width - 2 * _MARGIN) + 6
    return max(height, float(root.minimumSizeHint().height()))


def _sheet_style(theme: Theme, look: LookName) -> str:
    caption = f"#figureCaption {{ font-size: {theme.small_px}px; color: {theme.muted}; }}"
    if look == "paper":
        caption += "QFrame#card, QFrame#chartFrame { border: none; background: transparent; }"
    return style_sheet(theme) + caption


def settle(root: QWidget) -> None:
    """Let layouts come to rest; some learn of their size only from the ones around them."""
    for _ in range(_ROUNDS):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if (layout := root.layout()) is not None:
            layout.activate()
