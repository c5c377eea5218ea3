"""Counting by arithmetic agrees with building the network, and with the papers."""

import pytest

from resnet_viz.analysis.cost import spec_cost
from resnet_viz.models.counting import count
from resnet_viz.models.specs import spec


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet18", {}),
        ("resnet50", {"n_classes": 7}),
        ("resnext50_32x4d", {"norm": "none"}),
        ("wide_resnet50_2", {}),
        ("preresnet50", {"norm": "group"}),
        ("resnet20", {"shortcut": "projection"}),
        ("plain20", {}),
        ("preresnet164", {}),
        ("preresnet20", {"input_size": 33}),
    ],
)
def test_arithmetic_agrees_with_counting_modules(name, options):
    chosen = spec(name, **options)
    total = spec_cost(chosen).total
    assert count(chosen) == (total.parameters, total.macs)


def test_published_counts():
    assert count(spec("resnet152")).parameters == 60_192_808
    assert count(spec("resnet1202")).parameters == pytest.approx(19.4e6, rel=0.005)
    # Table 1 of the paper: 1.8, 3.6, 3.8, 7.6 and 11.3 billion; torchvision's stride sits in the
    # 3x3 convolution, which makes the bottleneck networks a little dearer.
    assert count(spec("resnet18")).macs == pytest.approx(1.8e9, rel=0.02)
    assert count(spec("resnet34")).macs == pytest.approx(3.6e9, rel=0.02)
