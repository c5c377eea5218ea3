"""An engine without a process, for tests that look into it."""

from __future__ import annotations

import threading

from asking import PATIENCE_S, Collected

from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import Request
from resnet_viz.engine.worker import Worker


class InThread(Collected):
    """An engine's worker in a thread of this process: there at once, and open to be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox = Inbox(self.replies.put)
        self.worker = Worker(self.inbox, self.replies.put)
        self._thread = threading.Thread(target=self.worker.run, name="worker")
        self._thread.start()

    def send(self, *requests: Request) -> None:
        for request in requests:
            self.inbox.put(request)

    def close(self) -> None:
        """End it as a window does that closes."""
        self.inbox.close()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
