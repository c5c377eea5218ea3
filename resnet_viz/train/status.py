"""Where a training session is, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.train.background import Stage
from resnet_viz.train.course import Course
from resnet_viz.train.pace import memory_bytes


@dataclass(frozen=True)
class SessionStatus:
    """Where a session is; fields named as in `engine.messages.TrainingStatus` mean the same.

    Attributes:
        stage: what it is doing, for people.
    """

    stage: Stage
    step: int = 0
    n_steps: int = 0
    steps_per_epoch: int = 0
    lr: float = 0.0
    images_per_second: float = 0.0
    seconds_left: float = 0.0
    memory_bytes: int = 0
    probe_share: float = 0.0
    saved_step: int = -1


def status_of(course: Course) -> SessionStatus:
    """Where a run is."""
    trainer = course.trainer
    step, batch_size = trainer.step_index, trainer.config.run.batch_size
    return SessionStatus(
        stage=course.stage,
        step=step,
        n_steps=trainer.n_steps,
        steps_per_epoch=trainer.steps_per_epoch,
        lr=trainer.lr_at(max(step - 1, 0)),
        images_per_second=course.pace.steps_per_second() * batch_size,
        seconds_left=course.pace.seconds_left(step, trainer.n_steps),
        memory_bytes=memory_bytes(trainer.device),
        probe_share=course.journal.probe_share,
        saved_step=course.saved_step,
    )
