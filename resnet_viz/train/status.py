"""Where a training session is, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.train.background import Stage
from resnet_viz.train.course import Course
from resnet_viz.train.pace import memory_bytes
from resnet_viz.train.standing import Standing


@dataclass(frozen=True)
class SessionStatus(Standing):
    """Where a session is.

    Attributes:
        stage: what it is doing, for people.
    """

    stage: Stage


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
