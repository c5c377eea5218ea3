"""Other programs' names for the tensors of a residual network, turned into torchvision's.

Training wrappers put prefixes before every name; CIFAR repositories call the classifier
`linear` and the projection `shortcut`. What cannot be a network of this program is refused
here when its names show it, with what is different about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.models.filling import some

# The first convolution of the first block: every network of this kind has it.
_ANCHOR = "layer1.0.conv1.weight"
_HEADS = ("fc", "linear", "classifier", "head.fc", "head", "last_linear", "output")
_HINT = "Choose the weights of a plain ResNet, ResNeXt or wide ResNet by torchvision's names."

# Names that tell a network of another design: pattern -> what it is.
_FOREIGN = tuple(
    (re.compile(pattern), difference)
    for pattern, difference in (
        (r"parametrizations|weight_(g|v|orig|mask)$", "its weights are parametrised or pruned"),
        (r"\.se\.|\.se_module\.", "its blocks contain squeeze-and-excitation modules (SE-ResNet)"),
        (r"\.aa\.|\.filt$", "it blurs before subsampling (anti-aliased ResNet)"),
        (r"\.convs\.\d", "its blocks split their channels (Res2Net)"),
        (r"^layer\d+\.\d+\.conv\d\.\w+\.", "its blocks split and weigh channels (SKNet, ResNeSt)"),
        (r"\.(eca|cbam|attn|attention)\.", "its blocks contain attention modules"),
        (r"^conv1\.\d+\.", "its stem has several convolutions (ResNet-C, -D, -S or -T)"),
        (r"downsample\.(\d+\.\d+|2)\.", "its shortcuts pool before projecting (ResNet-D)"),
        (r"^stages\.\d+\.blocks\.", "it is a ResNetV2 or another design by timm's names"),
        (r"^(resnet\.)?embedder\.|encoder\.stages\.", "it has Hugging Face transformers' names"),
        (r"^features\.\d+\.|^features\.(conv|denseblock)", "it is a VGG, DenseNet or MobileNet"),
        (
            r"(^|\.)(blocks|layers|h|encoder_layer_\d+)\.(.*\.)?(attn|self_attn|mlp)\.",
            "it is a transformer",
        ),
    )
)


def canonical(state: Mapping[str, Tensor], what: str) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The state dict by torchvision's names.

    Args:
        state: tensors by the names in the file.
        what: the file, for messages.

    Returns:
        The renamed tensors and sentences on what was left out.

    Raises:
        UserError: if the names are not those of a residual network.
    """
    state = {name.replace("_orig_mod.", ""): tensor for name, tensor in state.items()}
    prefixes = [name.removesuffix(_ANCHOR) for name in state if name.endswith(_ANCHOR)]
    prefixes = [p for p in prefixes if not p or p.endswith(".")]
    if not prefixes:
        raise UserError(f"Cannot show {what}: {_foreign(state) or _no_anchor(state)}.", _HINT)
    prefix, *others = prefixes
    inner = {n.removeprefix(prefix): t for n, t in state.items() if n.startswith(prefix)}
    outer = {n: t for n, t in state.items() if not n.startswith(prefix)}
    if difference := _foreign(inner):
        raise UserError(f"Cannot show {what}: {difference}.", _HINT)
    pre_activation = "bn1.weight" not in inner
    inner = {_torchvision_name(n, pre_activation): tensor for n, tensor in inner.items()}
    inner, outer = _with_head(inner, outer, what)
    return inner, _left_out(prefix, others, outer)


def _left_out(prefix: str, others: list[str], outer: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Sentences on what is not part of the network that is shown."""
    notes = []
    if others:
        named = ", ".join(f"`{other}`" for other in others)
        notes.append(f"It holds {len(others) + 1} networks; `{prefix}` is shown, not {named}.")
    rest = [n for n in outer if not n.startswith(tuple(others))]
    if rest:
        notes.append(f"Not used: {some(rest)}.")
    return tuple(notes)


def _torchvision_name(name: str, pre_activation: bool) -> str:
    if pre_activation:  # their last norm has no name in torchvision; here it is `norm`
        name = re.sub(r"^bn\.", "norm.", name)
    return re.sub(r"(layer\d+\.\d+)\.shortcut\.", r"\1.downsample.", name)


def _with_head(
    inner: dict[str, Tensor], outer: dict[str, Tensor], what: str
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Both parts, the classifier moved to `fc` of the first, also from beside the backbone."""
    if "fc.weight" in inner:
        return inner, outer
    for source in (inner, outer):
        base = _head(source, what)
        if base is not None:
            head = {
                f"fc.{n.removeprefix(base)}": t for n, t in source.items() if n.startswith(base)
            }
            inner = {n: t for n, t in inner.items() if not n.startswith(base)}
            outer = {n: t for n, t in outer.items() if not n.startswith(base)}
            return {**inner, **head}, outer
    return inner, outer


def _head(state: Mapping[str, Tensor], what: str) -> str | None:
    """What the names of the classifier's tensors begin with, `head.fc.`; None without one."""
    for head in _HEADS:
        pattern = re.compile(rf"(.*\.)?{re.escape(head)}\.")
        layers = [
            n
            for n, t in state.items()
            if pattern.match(n) and n.endswith("weight") and t.dim() == 2
        ]
        if len(layers) > 1:
            raise UserError(
                f"Cannot show {what}: its classifier has several layers ({', '.join(layers)}).",
                _HINT,
            )
        if layers:
            return layers[0].removesuffix("weight")
    return None


def _foreign(state: Mapping[str, Tensor]) -> str:
    """What makes it another kind of network, as far as names tell; empty if nothing does."""
    for name in state:
        for pattern, difference in _FOREIGN:
            if pattern.search(name):
                return f"{difference}; see its tensor `{name}`"
    return ""


def _no_anchor(state: Mapping[str, Tensor]) -> str:
    return f"no tensor is called `{_ANCHOR}`; the first is `{next(iter(state))}`"
