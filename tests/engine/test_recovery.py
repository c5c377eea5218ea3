"""When another engine is started, and what the user reads."""

from __future__ import annotations

import pytest

from resnet_viz.engine.process import Exit
from resnet_viz.engine.recovery import Recovery, RestartPolicy, obituary


def test_the_first_death_restarts_the_next_ones_ask_and_then_it_ends() -> None:
    policy = RestartPolicy(memory_s=60, limit=4)
    fates = [policy.died(now_s) for now_s in (0, 10, 20, 30)]
    assert fates == [
        Recovery.AUTOMATIC,
        Recovery.OFFERED,
        Recovery.OFFERED,
        Recovery.WITHDRAWN,
    ]


def test_deaths_are_forgotten_after_a_while() -> None:
    policy = RestartPolicy(memory_s=60)
    assert policy.died(0) is Recovery.AUTOMATIC
    assert policy.died(59.9) is Recovery.OFFERED
    assert policy.died(60.0) is Recovery.OFFERED  # the first is forgotten, the second is not
    assert policy.died(200) is Recovery.AUTOMATIC


def test_an_engine_that_cannot_start_is_not_started_again_by_itself() -> None:
    assert RestartPolicy().died(0, hopeless=True) is Recovery.OFFERED


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (Exit(-9), "The engine was killed (signal 9), probably because memory ran out."),
        (Exit(-11), "The engine crashed (signal 11, SIGSEGV)."),
        (Exit(-99), "The engine crashed (signal 99, unknown)."),
        (Exit(1), "The engine ended unexpectedly (exit code 1)."),
        (Exit(None, "Too many processes"), "The engine could not be started: Too many processes."),
    ],
)
def test_the_cause_of_death_is_a_sentence(end: Exit, sentence: str) -> None:
    assert obituary(end, Recovery.AUTOMATIC) == f"{sentence} It is being started again."


def test_each_fate_says_what_comes_next() -> None:
    assert obituary(Exit(1), Recovery.OFFERED).endswith("Restart it to go on.")
    assert "doctor" in obituary(Exit(1), Recovery.WITHDRAWN)
