"""Class names and picture preparation for networks whose weights do not bring their own."""

from __future__ import annotations

from resnet_viz.images import CIFAR10, IMAGENET, Preprocess
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.torchvision_compat import ensure_torchvision

CIFAR10_LABELS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def imagenet_labels() -> tuple[str, ...]:
    """The 1000 class names of ImageNet-1K, as torchvision writes them."""
    ensure_torchvision()
    from torchvision.models import ResNet18_Weights

    return tuple(ResNet18_Weights.DEFAULT.meta["categories"])


def usual_labels(spec: ResNetSpec) -> tuple[str, ...]:
    """Names for the outputs of a network that nobody has named: guessed from their number."""
    if spec.n_classes == 1000:
        return imagenet_labels()
    if spec.family == "cifar" and spec.n_classes == len(CIFAR10_LABELS):
        return CIFAR10_LABELS
    return tuple(f"class {index}" for index in range(spec.n_classes))


def usual_preprocess(spec: ResNetSpec) -> Preprocess:
    """The preparation that the network's family is usually trained with, at its input size."""
    usual = CIFAR10 if spec.family == "cifar" else IMAGENET
    if spec.input_size == usual.crop:
        return usual
    resize = round(usual.resize * spec.input_size / usual.crop)
    return Preprocess(resize, spec.input_size, usual.mean, usual.std)
