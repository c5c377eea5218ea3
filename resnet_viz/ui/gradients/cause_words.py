"""Words of the cause panel: what the choices are called, and what the field means by them."""

from __future__ import annotations

from typing import cast, get_args

from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.specs import Activation, Norm

MODES = ("batch_train", "batch_eval")
NORMS = {
    "none": "none",
    "batch_train": "batch, training",
    "batch_eval": "batch, evaluation",
    "group": "group",
}
ORDERS = {"post": "post (2015)", "pre": "pre (2016)"}
ACTIVATIONS = {
    name: {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU"}.get(
        name, "SiLU" if name == "silu" else name
    )
    for name in get_args(Activation)
}
INITS = {"torch": "torch's default", "he": "He", "xavier": "Xavier", "normal": "small normal"}
WEIGHTS = {"random": "random", "trained": "trained, in both", "twins": "each trained itself"}
SHORTER = {
    "batch_train": ("batch, train", "batch tr."),
    "batch_eval": ("batch, eval", "batch ev."),
    "post": ("post",),
    "pre": ("pre",),
    "torch": ("torch default", "torch"),
    "normal": ("normal",),
    "trained": ("trained",),
    "twins": ("both trained", "twins"),
    "picture": ("the picture", "picture"),
    "photographs": ("photos",),
    "folder": ("folder",),
}
"""What the entries are called where the column is narrow, the longest first."""

BATCHES = {
    "photographs": "photographs",
    "noise": "noise",
    "picture": "picture on screen",
    "folder": "folder…",
}
DTYPES = {"float32": "float32", "float64": "float64"}

DEPTH_TIP = (
    "Weighted layers of both networks, as the papers count them. Type any 6n + 2 for a CIFAR "
    "network (He et al. 2015, section 4.2)."
)
ORDER_TIP = (
    "post: convolution, norm, activation, and one more activation after the sum (He et al. 2015). "
    "pre: norm and activation come first and the sum stays as it is (He et al. 2016)."
)
NORM_TIP = (
    "Batch norm in training mode divides by the statistics of this batch, in evaluation mode by "
    "those collected while training: in an untrained network mean 0 and variance 1, so it does "
    "nothing. Group norm uses each image's own."
)
ACTIVATION_TIP = "The nonlinearity in every place of both networks"
WEIGHTS_TIP = (
    "random: drawn by the seed, the same in both. trained, in both: the bundled residual "
    "network's weights in both. each trained itself: two trainings by one recipe, with skips "
    "and without. Offered where such weights are bundled."
)
SEED_TIP = "Draws the random weights and the batch; the same seed gives the same numbers"
INIT_TIP = (
    "Variance of a drawn weight. He: 2 / fan-out (arXiv:1502.01852). Xavier: "
    "2 / (fan-in + fan-out) (Glorot & Bengio 2010). torch's default: 1 / (3 fan-in), uniform. "
    "small normal: σ²."
)
STD_TIP = "Standard deviation of the small normal initialisation"
GAIN_TIP = "Every convolution of a branch is multiplied by this after it has been drawn"
ZERO_TIP = (
    "The last scale of every branch starts at 0, so that every block with its skip starts as "
    "the identity (Goyal et al. 2017, arXiv:1706.02677)"
)
ALPHA_TIP = "α multiplies every skip that is not cut: y = act(α·x + F(x))"
BATCH_TIP = (
    "What both networks are shown. noise: standard normal pixels, random classes. photographs: "
    "crops of the sample pictures, predicted classes. folder: pictures of class folders."
)
SIZE_TIP = "Images in the batch; the gradient is that of their mean loss"
DTYPE_TIP = (
    "float32 underflows to 0 below 1.4e-45, float64 below 5e-324: a gradient that is exactly 0 "
    "in one may be measured in the other"
)


def norm_key(norm: str, training_mode: bool) -> str:
    """The entry of `NORMS` for a norm and a mode."""
    return norm if norm != "batch" else MODES[0 if training_mode else 1]


def norm_fields(key: str) -> tuple[Norm, bool]:
    """Norm and training mode of an entry of `NORMS`."""
    return ("batch", key == MODES[0]) if key in MODES else (cast(Norm, key), True)


def cut_words(settings: LabSettings) -> str:
    """How many blocks of both networks are not as their network has them."""
    total = settings.spec("residual").n_blocks
    parts = [f"{len(settings.cut)} of {total} cut"]
    if settings.plain_restored:
        parts.append(f"{len(settings.plain_restored)} in the twin")
    dropped = len(settings.dropped) + len(settings.plain_dropped)
    if dropped:
        parts.append(f"{dropped} dropped")
    return " · ".join(parts)


def usual_size(settings: LabSettings) -> int:
    """Images in the batch where nobody chose."""
    if settings.batch == "picture":
        return 1
    # The family decides; its smallest member is the quickest to ask.
    small = "resnet8" if settings.spec("residual").family == "cifar" else "resnet18"
    return LabSettings(network=small).n_images
