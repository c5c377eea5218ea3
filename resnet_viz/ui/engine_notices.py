"""What the window says about its engine: it came up, it died, it is back, it failed."""

from __future__ import annotations

import traceback

from PySide6.QtCore import QObject

from resnet_viz.engine.messages import DeviceInfo, EngineReady, Failed, TrainingStatus
from resnet_viz.engine.recovery import Recovery
from resnet_viz.errors import UserError
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.notify import Level, Notice, NoticeStrip, Notifier


class EngineNotices(QObject):
    """Turns the engine's fate into notices.

    Args:
        client: the engine's client.
        notifier: takes the notices.
        strip: shows them.
        parent: owner.

    Attributes:
        engine: the engine that is up, or was up last; None before the first.
    """

    def __init__(
        self, client: EngineClient, notifier: Notifier, strip: NoticeStrip, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._notifier = notifier
        self._strip = strip
        self.engine: EngineReady | None = None
        client.engine_ready.connect(self._on_ready)
        client.engine_died.connect(self._on_died)
        client.training_resumed.connect(self._on_resumed)
        client.order_refused.connect(self.tell_failed)
        # The answers that show that an engine works again.
        for answered in (client.model_ready, client.pair_measured):
            answered.connect(self._on_back)

    def torch_version(self) -> str:
        """Of the engine; empty before the first is up."""
        return self.engine.versions.get("torch", "") if self.engine else ""

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """Of the engine; none before the first is up."""
        return self.engine.devices if self.engine else ()

    def tell_failed(self, failed: Failed) -> None:
        """Tell that the engine could not do something."""
        self._notifier.error(failed.message, failed.hint, failed.details)

    def tell_problem(self, error: Exception) -> None:
        """Tell why a picture did not come in."""
        if isinstance(error, UserError):
            self._notifier.error(error.message, error.hint)
        else:
            details = "".join(traceback.format_exception(error))
            self._notifier.error("An error of the program: the picture was not read.", "", details)

    def withdraw_others(self) -> None:
        """Take a notice off the screen that is not about the engine."""
        if self._strip.notice is not None and not self._strip.notice.about_engine:
            self._notifier.withdraw()

    def _on_ready(self, ready: EngineReady) -> None:
        self.engine = ready
        for note in ready.notes:
            self._notifier.history.append(Notice(Level.INFO, note))

    def _on_died(self, sentences: str) -> None:
        offered = self._client.recovery is Recovery.OFFERED
        self._notifier.post(
            Notice(
                Level.ERROR,
                sentences,
                "Your picture, the network and the cuts are kept.",
                action="Restart the engine" if offered else "",
                on_action=self._client.restart if offered else None,
                about_engine=True,
            )
        )

    def _on_resumed(self, status: TrainingStatus) -> None:
        if status.saved_step > 0:
            where = f"from its last checkpoint, at step {status.saved_step:,}"
        else:
            where = "from its beginning, because it had not reached a checkpoint"
        message = f"The engine died, and the training goes on {where}."
        self._notifier.warning(message, "On a CPU it ends with the weights that it would have had.")

    def _on_back(self) -> None:
        if self._strip.notice is not None and self._strip.notice.about_engine:
            self._notifier.withdraw()
