"""Lectures for tests: every kind of view with nothing as usual, every part of a scene."""

from resnet_viz.lab.experiments import DepthSweep, Lesion
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.scenes import Lecture, Question, Scene, Step
from resnet_viz.lecture.views import (
    AddNode,
    Anatomy,
    Maps,
    Overview,
    Pair,
    Photo,
    Run,
    Study,
    Training,
    View,
)

SETTINGS = LabSettings(
    network="resnet20",
    norm="batch",
    activation="tanh",
    order="pre",
    init="normal",
    init_std=0.02,
    gain=0.5,
    zero_init=True,
    seed=7,
    alpha=0.25,
    training_mode=False,
    dtype="float64",
    device="cpu",
    batch="noise",
    batch_size=3,
    folder="pictures",
    cut=frozenset({"layer1.0"}),
    dropped=frozenset({"layer1.1", "layer3.2"}),
    plain_restored=frozenset(f"layer{stage}.{i}" for stage in (1, 2, 3) for i in range(3)),
    plain_dropped=frozenset({"layer2.0"}),
)

VIEWS: tuple[View, ...] = (
    Overview(
        network="resnet20",
        weights="none",
        seed=3,
        norm="group",
        activation="gelu",
        order="pre",
        init="xavier",
        zero_init=True,
        mode="train",
        dtype="float64",
        picture="cat.png",
        target="dog",
        cut=frozenset({"all"}),
        dropped=frozenset({"layer2.1"}),
        alpha=0.5,
        selected="layer3.0",
        lanes=("cost",),
    ),
    Maps(network="resnet56", weights="file", path="net.pt", selected="blocks.3", channel=5),
    Photo(network="resnet18", weights="imagenet", top=3),
    Anatomy(network="resnet50", order="pre", norm="group", activation="elu", block="layer2.1"),
    Pair(
        settings=SETTINGS,
        quantity="mean_square",
        part="chart",
        theory=True,
        selected="layer1.2",
        picture="sample:rocket",
    ),
    AddNode(settings=SETTINGS, block="layer3.1", picture=""),
    Study(settings=SETTINGS, experiment=DepthSweep((8, 20)), chart=2, picture="x.jpg"),
    Study(experiment=Lesion(how="random", ks=(1, 2), trials=2, folder="held out", n_images=9)),
    Run(run="runs/mine", parts=("dead", "lr"), step=12, smoothing=5),
    Training(recipe="mine.toml", parts=("loss",)),
)

LECTURE = Lecture(
    title='A "title"',
    author="Somebody",
    scenes=(
        Scene(
            title="First",
            sentence="Ratio {ratio_plain}, and {2.loss}.",
            notes='Say this.\n\n- a list\n- with """quotes""" and a \\ in it\n',
            views=(Pair(), Maps()),
            steps=(
                Step(say="Now {ratio_plain}.", change={"norm": "batch", "seed": 3}),
                Step(view=2, change={"cut": ["all"], "channel": 4}),
                Step(do="reveal"),
            ),
            predict="plain",
            questions=(Question("Why?", "{ratio_plain}"), Question("What?")),
        ),
        Scene(title="", views=(Study(experiment=DepthSweep((8,))),)),
        Scene(title="Words alone"),
    ),
)
