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

# The first convolution of the first block: every network of this kind has it.
_ANCHOR = "layer1.0.conv1.weight"
_HEADS = ("fc", "linear", "classifier", "head.fc", "head", "last_linear", "output")
_HINT = "Choose the weights of a plain ResNet, ResNeXt or wide ResNet by torchvision's names."

# Names that tell a network of another design: pattern -> what it is.
_FOREIGN = (
    (r"\.se\.|\.se_module\.", "its blocks contain squeeze-and-excitation modules (SE-ResNet)"),
    (r"\.aa\.|\.filt$", "it blurs before subsampling (anti-aliased ResNet)"),
    (r"\.convs\.\d", "its blocks split their channels (Res2Net)"),
    (r"layer\d+\.\d+\.conv\d\.\w+\.", "its blocks split and weigh their channels (SKNet, ResNeSt)"),
    (r"\.(eca|cbam|attn|attention)\.", "its blocks contain attention modules"),
    (r"^conv1\.\d+\.", "its stem has several convolutions (ResNet-D, -S or -T)"),
    (r"downsample\.\d+\.\d+\.|downsample\.2\.", "its shortcuts pool before projecting (ResNet-D)"),
    (r"^stages\.\d+\.blocks\.", "it is a ResNetV2 or another design by timm's names"),
    (r"^(resnet\.)?embedder\.|encoder\.stages\.", "it has Hugging Face transformers' names"),
    (r"^features\.\d+\.", "it is a sequential network such as VGG or DenseNet"),
    (r"(^|\.)(blocks|layers|h)\.\d+\.(attn|attention|self_attn|mlp)\.", "it is a transformer"),
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
        raise UserError(f"Cannot show {what}: {_reason(state)}.", _HINT)
    prefix = prefixes[0]
    notes = []
    if len(prefixes) > 1:
        others = ", ".join(f"`{p}`" for p in prefixes[1:])
        notes.append(f"It holds {len(prefixes)} networks; `{prefix}` is shown, not {others}.")
    inner = {n.removeprefix(prefix): t for n, t in state.items() if n.startswith(prefix)}
    outer = {n: t for n, t in state.items() if not n.startswith(prefix)}
    _refuse_foreign(inner, what)
    pre_activation = "bn1.weight" not in inner
    renamed = {_torchvision_name(n, pre_activation): tensor for n, tensor in inner.items()}
    return _with_head(renamed, outer, what), tuple(notes)


def _torchvision_name(name: str, pre_activation: bool) -> str:
    if pre_activation:  # their last norm has no name in torchvision; here it is `norm`
        name = re.sub(r"^bn\.", "norm.", name)
    return re.sub(r"(layer\d+\.\d+)\.shortcut\.", r"\1.downsample.", name)


def _with_head(
    state: dict[str, Tensor], outer: Mapping[str, Tensor], what: str
) -> dict[str, Tensor]:
    """The state with its classifier called `fc`, also where it stands beside the backbone."""
    if "fc.weight" in state:
        return state
    for source in (state, outer):
        for head in _HEADS:
            found = {n: t for n, t in source.items() if re.match(rf"(.*\.)?{re.escape(head)}\.", n)}
            matrices = [n for n, t in found.items() if n.endswith("weight") and t.dim() == 2]
            if len(matrices) > 1:
                raise UserError(
                    f"Cannot show {what}: its classifier has several layers "
                    f"({', '.join(matrices)}).",
                    _HINT,
                )
            if matrices:
                base = matrices[0].removesuffix("weight")
                rest = {n: t for n, t in state.items() if not n.startswith(base)}
                head_state = {
                    f"fc.{n.removeprefix(base)}": t for n, t in source.items() if n.startswith(base)
                }
                return {**rest, **head_state}
    return state


def _refuse_foreign(state: Mapping[str, Tensor], what: str) -> None:
    for name in state:
        for pattern, difference in _FOREIGN:
            if re.search(pattern, name):
                raise UserError(
                    f"Cannot show {what}: {difference}; see its tensor `{name}`.", _HINT
                )


def _reason(state: Mapping[str, Tensor]) -> str:
    for name in state:
        for pattern, difference in _FOREIGN:
            if re.search(pattern, name):
                return f"{difference}; see its tensor `{name}`"
    return f"no tensor is called `{_ANCHOR}`; the first is `{next(iter(state))}`"
