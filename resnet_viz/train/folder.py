"""The run folder: recipe, metrics and checkpoint, safe against being stopped at any moment."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
from pathlib import Path
from typing import Any

import torch

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config

_FORMAT = 1


class RunFolder:
    """Where a run lives.

    Args:
        path: of the folder; it need not exist.

    Attributes:
        config: copy of the recipe.
        metrics: one JSON object per line; `kind` is `step` or `evaluation`.
        checkpoint: the last state of the run.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.toml"
        self.metrics = path / "metrics.jsonl"
        self.checkpoint = path / "checkpoint.pt"

    def require_new(self) -> None:
        """Check that no run is here yet.

        Raises:
            UserError: if one is.
        """
        if self.config.exists():
            raise UserError(
                f"There is a run in {str(self.path)!r} already.",
                "Continue it with --resume, or choose another folder.",
            )

    def create(self, config: TrainConfig) -> None:
        """Start a new run here.

        Raises:
            UserError: if a run is here already, or the folder cannot be written.
        """
        self.require_new()
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self.metrics.write_bytes(b"")
            # Last, since it marks the folder as a run.
            write_atomically(self.config, lambda file: file.write(config.text.encode()))

    def resume(self, config: TrainConfig) -> dict[str, Any] | None:
        """The state to continue from, or None if the run never reached a checkpoint.

        Metrics that were written after the checkpoint are removed: they will be again.

        Raises:
            UserError: if there is no run here, its recipe is another one, or the checkpoint
                cannot be read.
        """
        if not self.config.exists():
            raise UserError(
                f"There is no run to resume in {str(self.path)!r}.", "Leave --resume out."
            )
        if read_config(self.config) != config:
            raise UserError(
                f"The run in {str(self.path)!r} was started with another recipe.",
                f"Resume it with {str(self.config)!r}, or choose another folder.",
            )
        state = self._read_checkpoint() if self.checkpoint.exists() else None
        with writing(self.metrics):
            self._truncate_metrics(0 if state is None else state["step"])
        return state

    def _read_checkpoint(self) -> dict[str, Any]:
        try:
            state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise UserError(
                f"Cannot read the checkpoint {str(self.checkpoint)!r}.",
                "Delete it to start the run from the beginning.",
            ) from error
        if not isinstance(state, dict) or state.get("format") != _FORMAT:
            raise UserError(f"{str(self.checkpoint)!r} is not a checkpoint of this program.")
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Replace the checkpoint; a crash leaves the old one or the new one, never a part.

        Raises:
            UserError: if it cannot be written; the old one is kept.
        """
        # Via memory, because torch hides a full disk behind an error of its own.
        content = io.BytesIO()
        torch.save({"format": _FORMAT, **state}, content)
        with writing(self.checkpoint):
            write_atomically(self.checkpoint, lambda file: file.write(content.getbuffer()))

    def append(self, records: list[dict[str, Any]]) -> None:
        """Add lines to the metrics.

        Raises:
            UserError: if they cannot be written.
        """
        with writing(self.metrics), self.metrics.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)

    def read_metrics(self) -> list[dict[str, Any]]:
        """All complete lines of the metrics; a line torn by a crash is left out."""
        records = []
        for line in self.metrics.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                records.append(json.loads(line))
        return records

    def _truncate_metrics(self, step: int) -> None:
        kept = (
            [r for r in self.read_metrics() if r["step"] <= step] if self.metrics.exists() else []
        )
        text = "".join(json.dumps(record) + "\n" for record in kept)
        write_atomically(self.metrics, lambda file: file.write(text.encode()))
