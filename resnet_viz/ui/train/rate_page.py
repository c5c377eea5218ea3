"""The tab "Learning rate": a search that raises the rate until the loss blows up."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import Failed, RateFound
from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.gradients.charts.chart_view import ChartView
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.fields import written
from resnet_viz.ui.train.rate_chart import rate_chart, rounded
from resnet_viz.ui.train.session import TrainSession

_EXPLANATION = (
    "The rate rises from step to step while a copy of the network learns. Where the loss falls "
    "fastest is a good peak rate; where it turns up, steps have become too large. Nothing is "
    "kept on disk, and the networks that you train are not touched."
)


class RatePage(QWidget):
    """Shows the session's search, and takes its suggestion into the recipe."""

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._searched: TrainConfig | None = None
        self.hint = HintCard()
        self.chart = ChartView()
        self.sentence, self.words, self.outdated = QLabel(), muted(""), QLabel()
        self.bar = QProgressBar()
        self.use = QPushButton()
        self.run = QPushButton("Search again")
        self._lay_out()
        self._connect()
        self.set_theme(LIGHT)
        self._show()

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.use.setProperty("role", "primary")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the search")
        for label in (self.sentence, self.outdated):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        progress = QVBoxLayout()
        progress.setSpacing(2)
        progress.addWidget(self.bar)
        progress.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.sentence, 1)
        row.addLayout(progress)
        row.addWidget(self.run, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.use, 0, Qt.AlignmentFlag.AlignVCenter)
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 6)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.outdated)
        column.addWidget(self.chart, 1)
        self.body = QStackedWidget()
        self.body.addWidget(self.hint)
        self.body.addWidget(card)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addWidget(self.body)

    def _connect(self) -> None:
        session = self._session
        self.hint.run_clicked.connect(self._on_run)
        self.run.clicked.connect(self._on_run)
        self.use.clicked.connect(self._on_use)
        self.chart.failed.connect(self._tell)
        session.rate_changed.connect(self._show)
        session.state_changed.connect(self._show)
        session.config_changed.connect(lambda _: self._show())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.hint.set_theme(theme)
        self.chart.set_theme(theme)
        self.bar.setFixedWidth(round(12 * theme.font_px))
        self.outdated.setStyleSheet(
            f"color: {theme.text}; font-size: {theme.font_px}px; background: {theme.highlight};"
            " border-radius: 6px; padding: 4px 8px;"
        )

    # --- what is shown -----------------------------------------------------------------------

    def _show(self) -> None:
        session, found = self._session, self._session.rate
        if found is None or not len(found.rates):
            self._show_hint()
            return
        self.body.setCurrentIndex(1)
        self.chart.set_chart(rate_chart(found, session.config.optimiser.lr))
        self.sentence.setText(found.sentence or "Watching the loss while the rate rises…")
        self._show_progress(found)
        self._show_use(found)
        words = self._outdated_words()
        self.outdated.setText(words)
        self.outdated.setVisible(bool(words))

    def _show_hint(self) -> None:
        self.body.setCurrentIndex(0)
        network = self._session.config.network.title()
        if self._session.finding:
            self.hint.say(f"Preparing {network} and the pictures", "", "Cancel")
            self.hint.show_progress(0, 0)
        else:
            self.hint.say(f"Which learning rate for {network}?", _EXPLANATION, "Search a rate")

    def _show_progress(self, found: RateFound) -> None:
        finding = self._session.finding
        for part in (self.bar, self.words):
            part.setVisible(finding)
        self.bar.setRange(0, max(1, found.total))
        self.bar.setValue(len(found.rates))
        self.words.setText(f"{len(found.rates)} of {found.total} steps")
        self.run.setText("Cancel" if finding else "Search again")

    def _show_use(self, found: RateFound) -> None:
        rate, session = rounded(found.suggestion), self._session
        there = rate > 0
        self.use.setVisible(there)
        self.use.setText(f"Use {written(rate)}")
        taken = session.config.optimiser.lr == rate
        self.use.setEnabled(not session.training and not taken)
        tip = "The recipe's peak rate becomes this one"
        if session.training:
            tip = "The recipe stays as it is while it trains"
        self.use.setToolTip("It is in the recipe" if taken else tip)

    def _outdated_words(self) -> str:
        """Whether the search was for another recipe, the rate itself left aside."""
        searched, now = self._searched, self._session.config
        if searched is None or self._session.finding:
            return ""
        same_rate = replace(now.optimiser, lr=searched.optimiser.lr)
        if replace(now, optimiser=same_rate) == searched:
            return ""
        return "Searched with other settings than those of now. Search again to compare."

    # --- reactions ---------------------------------------------------------------------------

    def _on_run(self) -> None:
        if self._session.finding:
            self._session.cancel_rate()
        else:
            self._searched = self._session.config
            self._session.find_rate()

    def _on_use(self) -> None:
        found = self._session.rate
        if found is not None:
            try:
                self._session.change(optimiser={"lr": rounded(found.suggestion)})
            except UserError as error:
                self._tell(error)

    def _tell(self, error: UserError) -> None:
        self._session.failed.emit(Failed(0, error.message, error.hint))
