"""The charts of a finding: one large, or two side by side where there is room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from resnet_viz.lab.findings import Chart
from resnet_viz.ui.gradients.charts.chart_view import ChartView
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.skip_panel import KeyedSlider
from resnet_viz.ui.theme import LIGHT, Theme

_SIDE_BY_SIDE_PX = 1060


@dataclass(frozen=True)
class Group:
    """Charts that are one but for a number, chosen by a slider; usually a single one.

    Attributes:
        key: their common part.
        charts: by that number; a single one has none.
    """

    key: str
    charts: tuple[tuple[int, Chart], ...]


def groups_of(charts: Sequence[Chart]) -> list[Group]:
    """Charts in their order; `corr-8` and `corr-20` are one group `corr`."""
    found: dict[str, list[tuple[int, Chart]]] = {}
    stems = [_stem(chart.key) for chart in charts]
    for chart, (stem, number) in zip(charts, stems, strict=True):
        alone = sum(other == stem for other, _ in stems) == 1
        key, place = (chart.key, 0) if alone else (stem, number)
        found.setdefault(key, []).append((place, chart))
    return [Group(key, tuple(members)) for key, members in found.items()]


def _stem(key: str) -> tuple[str, int]:
    match = re.fullmatch(r"(.+)-(\d+)", key)
    return (match[1], int(match[2])) if match else (key, 0)


def short_names(keys: Sequence[str]) -> list[str]:
    """What tells the keys apart: `lesion-single-error`, `lesion-single-loss` -> Error, Loss."""
    words = [key.split("-") for key in keys]
    if len(words) > 1:
        first = _n_common(words)
        last = _n_common([w[first:][::-1] for w in words])
        words = [w[first : len(w) - last] or w[-1:] for w in words]
    return [_written(" ".join(w)) for w in words]


def _written(words: str) -> str:
    """`time cpu` -> `Time CPU`."""
    for plain, usual in (("macs", "MACs"), ("cpu", "CPU"), ("cuda", "CUDA")):
        words = re.sub(rf"\b{plain}\b", usual, words)
    return words[:1].upper() + words[1:]


def _n_common(words: Sequence[Sequence[str]]) -> int:
    shortest = min(len(w) for w in words) - 1
    n = 0
    while n < shortest and len({w[n] for w in words}) == 1:
        n += 1
    return n


class ChartDeck(QWidget):
    """Shows a finding's charts; newer versions take the place of older ones.

    Signals:
        block_clicked(str): a block's column was clicked.
        failed(object): a `UserError` of saving.
        said(str): what was saved or copied.
        chosen: the user chose another chart.
    """

    block_clicked = Signal(str)
    failed = Signal(object)
    said = Signal(str)
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._charts: tuple[Chart, ...] = ()
        self._groups: list[Group] = []
        self._chosen = ""
        self._with_bar = True
        self._bare = False
        self.first, self.second = self._view(), self._view()
        self.frames = [_framed(self.first), _framed(self.second)]
        self.tabs = Segments("Chart")
        self.tabs.chosen.connect(self._on_chosen)
        self.slider = KeyedSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Which of these charts")
        self.slider.valueChanged.connect(lambda _: self._show())
        self.slider_words = QLabel()
        self._build()

    def _view(self) -> ChartView:
        view = ChartView()
        view.block_clicked.connect(self.block_clicked)
        view.failed.connect(self.failed)
        view.said.connect(self.said)
        return view

    def _build(self) -> None:
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.slider_words)
        row.addWidget(self.slider)
        self.slider.setMinimumWidth(160)
        charts = QHBoxLayout()
        charts.setSpacing(8)
        for frame in self.frames:
            charts.addWidget(frame, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.bar)
        box.addLayout(charts, 1)

    # --- what is shown ---------------------------------------------------------------------

    def set_charts(self, charts: Sequence[Chart]) -> None:
        """Show charts; the chosen one stays chosen while it is among them."""
        self._charts = tuple(charts)
        self._groups = groups_of(charts)
        self._show()

    def choose(self, number: int) -> None:
        """Show one of the charts by its place among them, from 1, if it is there."""
        if not 1 <= number <= len(self._charts):
            return
        wanted = self._charts[number - 1]
        for group in self._groups:
            for place, (_, chart) in enumerate(group.charts):
                if chart is wanted:
                    self._chosen = group.key
                    self._show()
                    self.slider.setValue(place)

    @property
    def number(self) -> int:
        """The place of the chart on screen among all, from 1; 0 for none."""
        return next((i for i, c in enumerate(self._charts, 1) if c is self.first.chart), 0)

    def set_bare(self, bare: bool) -> None:
        """Show one chart alone without frame, tabs and buttons, or all of it again."""
        self._bare = bare
        for view in (self.first, self.second):
            view.set_bare(bare)
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        edge = "border: none;"
        if not self._bare:
            edge = f"border: 1px solid {theme.border}; border-radius: 8px;"
        for frame, view in zip(self.frames, (self.first, self.second), strict=True):
            frame.setStyleSheet(f"#chartFrame {{ background: {theme.card}; {edge} }}")
            view.set_theme(theme)
        self.tabs.set_theme(theme)
        self.slider_words.setStyleSheet(f"color: {theme.text}; font-size: {theme.font_px}px;")
        self._show()

    def set_selected(self, block: str) -> None:
        """Light up a block in every chart that has it."""
        for view in (self.first, self.second):
            view.set_selected(block)

    @property
    def side_by_side(self) -> bool:
        """Whether two charts are shown."""
        wide = self.width() >= _SIDE_BY_SIDE_PX * self._theme.font_px / 13.0
        return wide and len(self._groups) > 1 and not self._bare

    def bar_width(self) -> int:
        """How wide tabs and slider are in one line."""
        return self.bar.sizeHint().width()

    def show_bar(self, shown: bool) -> None:
        """Whether there is anything to choose: not while something else is on screen."""
        self._with_bar = shown
        self._show()

    def take_bar(self) -> None:
        """Put tabs and slider over the charts, wherever they were."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self.bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _on_chosen(self, key: str) -> None:
        self._chosen = key
        self._show()
        self.chosen.emit()

    def _show(self) -> None:
        both = self.side_by_side
        offered = self._groups[1:] if both else self._groups
        keys = [group.key for group in offered]
        if self._chosen not in keys:
            self._chosen = keys[0] if keys else ""
        titles = [group.charts[0][1].title for group in offered]
        names = short_names([g.key for g in self._groups])[-len(keys) :] if keys else []
        self.tabs.set_choices(list(zip(keys, names, titles, strict=True)))
        if self._chosen:
            self.tabs.choose(self._chosen)
        chosen = next((g for g in offered if g.key == self._chosen), None)
        charts = [None if chosen is None else self._member(chosen)]
        if both:
            charts.insert(0, self._groups[0].charts[0][1])
        for frame, view, chart in zip(
            self.frames, (self.first, self.second), [*charts, None], strict=False
        ):
            if view.chart is not chart:
                view.set_chart(chart)
            frame.setVisible(chart is not None)
        self.tabs.setVisible(len(keys) > 1)
        several = len(keys) > 1 or self.slider.isVisibleTo(self.bar)
        self.bar.setVisible(several and self._with_bar and not self._bare)

    def _member(self, group: Group) -> Chart:
        """The chart of a group that the slider points at."""
        last = len(group.charts) - 1
        self.slider.setVisible(last > 0)
        self.slider_words.setVisible(last > 0)
        if last == 0:
            return group.charts[0][1]
        if self.slider.maximum() != last:
            self.slider.blockSignals(True)
            self.slider.setRange(0, last)
            self.slider.setValue(last)
            self.slider.blockSignals(False)
        number, chart = group.charts[self.slider.value()]
        self.slider_words.setText(f"depth {number}")
        return chart


def _framed(view: ChartView) -> QFrame:
    frame = QFrame()
    frame.setObjectName("chartFrame")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(view)
    return frame
