"""Messages over a pipe: nothing is lost, arrays are not copied into the pickle."""

from __future__ import annotations

import threading
from multiprocessing import get_context

import numpy as np
import pytest
from asking import explore, picture

from resnet_viz.engine import wire
from resnet_viz.models.gates import Gate


def _through_a_pipe(message: object) -> object:
    reader, writer = get_context("spawn").Pipe(duplex=False)
    with reader, writer:
        thread = threading.Thread(target=wire.send, args=(writer, message))
        thread.start()
        result = wire.receive(reader)
        thread.join()
    return result


def test_a_request_arrives_as_it_was() -> None:
    sent = explore(7, image=picture(64), gates={"layer1.0": Gate(skip=0.25)}, keep=("layer2.0",))
    got = _through_a_pipe(sent)
    assert got.request_id == 7
    assert got.choice == sent.choice
    assert got.gates == sent.gates
    assert got.keep == sent.keep
    np.testing.assert_array_equal(got.image, sent.image)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 3), np.float32),
        np.float32(3.5) * np.ones(()),
        np.arange(2_000_000, dtype=np.float64).reshape(2, 1000, 1000),  # far beyond a pipe's buffer
        np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2],  # not contiguous
        np.asfortranarray(np.arange(24.0).reshape(4, 6)),
    ],
    ids=["empty", "scalar", "large", "strided", "fortran"],
)
def test_arrays_of_any_layout_arrive(array: np.ndarray) -> None:
    got = _through_a_pipe({"a": array, "b": [array, array]})
    np.testing.assert_array_equal(got["a"], array)
    np.testing.assert_array_equal(got["b"][1], array)
    assert got["a"].dtype == array.dtype


def test_arrays_that_arrive_are_read_only() -> None:
    got = _through_a_pipe(np.ones((8, 8), np.float32))
    with pytest.raises(ValueError, match="read-only"):
        got[0, 0] = 2.0


def test_a_closed_pipe_is_an_end_not_a_hang() -> None:
    reader, writer = get_context("spawn").Pipe(duplex=False)
    writer.close()
    with reader, pytest.raises(EOFError):
        wire.receive(reader)


def test_a_writer_that_dies_in_the_middle_is_an_end_too() -> None:
    reader, writer = get_context("spawn").Pipe(duplex=False)
    writer.send_bytes((2).to_bytes(4, "little") + b"two arrays were promised")
    writer.close()
    with reader, pytest.raises(EOFError):
        wire.receive(reader)
