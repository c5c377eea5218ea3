"""Run folders from users' own scripts, read back as the window reads them."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.errors import UserError
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture
from resnet_viz.runs.layout import QUANTITIES, RunPaths
from resnet_viz.runs.reader import RunReader
from resnet_viz.torchvision_compat import ensure_torchvision
from resnet_viz.train import Recorder
from resnet_viz.train.snapshots import load_snapshot

ensure_torchvision()
import torchvision  # noqa: E402

SIDE = 32


def stock() -> nn.Module:
    torch.manual_seed(0)
    return torchvision.models.resnet18(num_classes=10)


def tiny() -> nn.Module:
    return build(
        spec("resnet20", depths=(1, 1, 1), widths=(4, 6, 8), n_classes=10, input_size=8), seed=1
    )


def batches(n: int, side: int = SIDE) -> Iterator[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(3)
    for _ in range(n):
        images = torch.randn(4, 3, side, side, generator=generator)
        yield images, torch.randint(10, (4,), generator=generator)


def train(
    net: nn.Module, n: int, recorder: Recorder | None = None, side: int = SIDE
) -> list[float]:
    """A user's loop; returns the losses."""
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for images, labels in batches(n, side):
        logits = net(images)
        loss = F.cross_entropy(logits, labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if recorder is not None:
            accuracy = (logits.argmax(1) == labels).double().mean()
            recorder.step(loss, accuracy, lr=optimiser.param_groups[0]["lr"])
    return losses


def read(folder: Path) -> RunReader:
    reader = RunReader(folder)
    reader.poll()
    return reader


def test_a_stock_resnet18_is_recorded_and_read_back(tmp_path: Path) -> None:
    net = stock().train()
    images, labels = next(batches(1))
    first = capture(net, images, labels, training_mode=True).blocks
    folder = tmp_path / "deep" / "mine"
    with Recorder(
        folder, net, total_steps=4, steps_per_epoch=2, every=2, batch_size=4, dataset="Noise"
    ) as recorder:
        losses = train(net, 4, recorder)
        recorder.evaluation(1.5, 0.25, n_images=8)
    reader = read(folder)
    assert reader.state == "finished"
    facts = reader.facts
    assert (facts.dataset, facts.n_steps, facts.steps_per_epoch) == ("Noise", 4, 2)
    assert facts.networks[0].title == "ResNet-18"
    assert facts.networks[0].blocks == tuple(block.name for block in first)
    assert facts.networks[0].parameters == sum(p.numel() for p in net.parameters())
    assert facts.environment["torch"] == torch.__version__
    steps = reader.steps("network")
    np.testing.assert_array_equal(steps.step, [1, 2, 3, 4])
    np.testing.assert_array_equal(steps.epoch, [1, 1, 2, 2])
    np.testing.assert_allclose(steps.loss, losses, rtol=1e-6)
    np.testing.assert_allclose(steps.lr, 0.05)
    evaluations = reader.evaluations("network")
    assert (evaluations.step[0], evaluations.loss[0], evaluations.n_images[0]) == (4, 1.5, 8)
    blocks = reader.blocks("network")
    np.testing.assert_array_equal(blocks.steps, [1, 3])
    found = dict(zip(QUANTITIES, blocks.values[0], strict=True))
    np.testing.assert_allclose(found["gradient"], [b.grad_in for b in first], rtol=2e-5)
    np.testing.assert_allclose(found["output"], [b.norm_out for b in first], rtol=2e-5)
    assert (found["update"] > 0).all()


def test_recording_does_not_change_the_training(tmp_path: Path) -> None:
    bare, watched = stock(), stock()
    with Recorder(tmp_path / "run", watched, every=1, snapshots=2, total_steps=3) as recorder:
        torch.manual_seed(1)
        recorded = train(watched, 3, recorder)
        drawn = torch.rand(1)
    torch.manual_seed(1)
    assert train(bare, 3) == recorded
    assert torch.equal(torch.rand(1), drawn)
    for name, value in bare.state_dict().items():
        assert torch.equal(value, watched.state_dict()[name]), name


def test_snapshots_of_a_stock_network_can_be_looked_at(tmp_path: Path) -> None:
    net = stock()
    with Recorder(tmp_path / "run", net, total_steps=4, snapshots=3) as recorder:
        train(net, 4, recorder)
    assert read(tmp_path / "run").snapshots == (0, 2, 4)
    loaded = load_snapshot(tmp_path / "run", "network", 4)
    images, _ = next(batches(1))
    with torch.no_grad():
        torch.testing.assert_close(loaded.net.eval()(images), net.eval()(images))


def test_a_network_that_only_resembles_ours_keeps_its_own_name(tmp_path: Path) -> None:
    class Odd(torchvision.models.ResNet):
        def __init__(self) -> None:
            super().__init__(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=10)
            self.extra = nn.Linear(2, 2)

    Recorder(tmp_path / "run", Odd()).close()
    network = read(tmp_path / "run").facts.networks[0]
    assert (network.title, network.options) == ("Odd", None)
    assert network.stages == (1, 2, 3, 4)


def test_what_is_not_told_is_not_invented(tmp_path: Path) -> None:
    net = tiny()
    with Recorder(tmp_path / "run", net) as recorder:
        for images, labels in batches(2, 8):
            loss = F.cross_entropy(net(images), labels)
            loss.backward()
            recorder.step(loss.item())
    reader = read(tmp_path / "run")
    steps = reader.steps("network")
    assert np.isnan(steps.lr).all()
    assert np.isnan(steps.accuracy).all()
    # Nothing updated the weights.
    np.testing.assert_array_equal(reader.blocks("network").values[0][1], 0)


def test_the_scale_of_the_loss_is_taken_out_of_the_gradients(tmp_path: Path) -> None:
    for name, scale in (("plain", 1.0), ("scaled", 1024.0)):
        net = tiny()
        images, labels = next(batches(1, 8))
        with Recorder(tmp_path / name, net) as recorder:
            loss = F.cross_entropy(net(images), labels)
            (loss * scale).backward()
            recorder.step(loss, loss_scale=scale)
    plain, scaled = (read(tmp_path / n).blocks("network").values for n in ("plain", "scaled"))
    np.testing.assert_allclose(plain, scaled, rtol=1e-6)


def test_how_the_training_ended_is_recorded(tmp_path: Path) -> None:
    def state(name: str, error: type[BaseException] | None, total: int = 0) -> str:
        net = tiny()
        with (
            contextlib.suppress(KeyboardInterrupt, ZeroDivisionError),
            Recorder(tmp_path / name, net, total_steps=total) as recorder,
        ):
            train(net, 1, recorder, 8)
            if error is not None:
                raise error("no more")
        return read(tmp_path / name).state

    assert state("done", None) == "finished"
    assert state("ctrl-c", KeyboardInterrupt) == "stopped"
    assert state("bug", ZeroDivisionError) == "failed"
    assert read(tmp_path / "bug").events[-1]["message"] == "ZeroDivisionError: no more"
    recorder = Recorder(tmp_path / "early", net := tiny(), total_steps=2)
    train(net, 1, recorder, 8)
    recorder.close()
    assert read(tmp_path / "early").state == "stopped"


def test_a_script_that_never_closes_it_loses_nothing(tmp_path: Path) -> None:
    script = f"""
import torch
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.train import Recorder
torch.set_num_threads(1)
net = build(spec("resnet20", depths=(1, 1, 1), widths=(4, 4, 4), input_size=8), seed=1)
recorder = Recorder({str(tmp_path / "run")!r}, net, total_steps=3)
for _ in range(3):
    loss = net(torch.ones(2, 3, 8, 8)).sum()
    loss.backward()
    recorder.step(loss)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
    reader = read(tmp_path / "run")
    assert reader.last_step == 3
    assert reader.state == "finished"


def test_a_run_goes_on_where_a_checkpoint_was_saved(tmp_path: Path) -> None:
    net = tiny()
    with Recorder(tmp_path / "run", net, every=1) as recorder:
        train(net, 2, recorder, 8)
        recorder.checkpoint_saved()
        train(net, 3, recorder, 8)
    with Recorder(tmp_path / "run", net, every=1, resume_step=2) as recorder:
        train(net, 2, recorder, 8)
    reader = read(tmp_path / "run")
    np.testing.assert_array_equal(reader.steps("network").step, [1, 2, 3, 4])
    assert (np.diff(reader.steps("network").seconds) >= 0).all()
    np.testing.assert_array_equal(reader.blocks("network").steps, [1, 2, 3, 4])
    assert [event["what"] for event in reader.events] == ["started", "resumed", "finished"]
    with pytest.raises(UserError, match="cannot be continued after step 3"):
        Recorder(tmp_path / "run", net, resume_step=3)
    before = RunPaths(tmp_path / "run").metrics.read_bytes()
    with pytest.raises(UserError, match="another network"):
        Recorder(tmp_path / "run", stock(), resume_step=2)
    assert RunPaths(tmp_path / "run").metrics.read_bytes() == before


def test_a_full_disk_warns_once_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = tiny()
    with Recorder(tmp_path / "run", net) as recorder:
        with monkeypatch.context() as full:

            def refuse(*args: object) -> None:
                raise UserError("Cannot write: no space left.")

            full.setattr("resnet_viz.train.run_writer.append_whole", refuse)
            with pytest.warns(RuntimeWarning, match="no space left"):
                recorder.flush()
            train(net, 2, recorder, 8)
            recorder.flush()  # without a second warning, which would be an error here
        train(net, 1, recorder, 8)
    assert list(read(tmp_path / "run").steps("network").step) == [1, 2, 3]


def test_a_loss_that_is_no_number_is_recorded_as_such(tmp_path: Path) -> None:
    net = tiny()
    with Recorder(tmp_path / "run", net) as recorder:
        train(net, 1, recorder, 8)
        recorder.step(math.inf)
    assert not np.isfinite(read(tmp_path / "run").steps("network").loss[1])


def test_clear_words_for_what_cannot_be_recorded(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no residual blocks"):
        Recorder(tmp_path / "run", nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(UserError, match="compiled") as compiled:
        Recorder(tmp_path / "run", torch.compile(tiny(), backend="eager"))
    assert "before torch.compile" in compiled.value.hint
    in_place = tiny()
    in_place.compile(backend="eager")
    with pytest.raises(UserError, match="compiled"):
        Recorder(tmp_path / "run", in_place)
    assert not (tmp_path / "run").exists()
    other, trained = tiny(), tiny()
    recorder = Recorder(tmp_path / "other", other)
    with pytest.raises(UserError, match="No forward pass went through the blocks of ResNet"):
        train(trained, 1, recorder, 8)
    recorder.close()
    with pytest.raises(UserError, match="already"):
        Recorder(tmp_path / "other", other)
    with pytest.raises(UserError, match="share"):
        Recorder(tmp_path / "run", other, share=2)


def test_later_processes_of_a_training_record_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    net = tiny()
    with Recorder(tmp_path / "run", net) as recorder:
        train(net, 2, recorder, 8)
        recorder.evaluation(1.0, 0.5)
        recorder.checkpoint_saved()
    assert not (tmp_path / "run").exists()
    assert not any(module._forward_hooks for module in net.modules())


def test_recorder_is_not_imported_before_it_is_asked_for() -> None:
    script = "import sys, resnet_viz.train; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
