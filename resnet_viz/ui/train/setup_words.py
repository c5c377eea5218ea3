"""Words of the set-up panel: what the choices are called, and what the field means by them."""

from __future__ import annotations

from resnet_viz.ui.train.sources import SOURCES

SOURCE_NAMES: dict[str, str] = {
    name: f"{source.title}{'…' if name == 'folder' else ''}" for name, source in SOURCES.items()
}
DUELS = {
    "twin": "residual and its plain twin",
    "one": "one network",
    "two": "any two networks",
}
STARTS = {
    "none": "random, by the seed",
    "bundled": "bundled",
    "imagenet": "ImageNet-1k",
    "file": "file…",
}
FREEZES = {
    "": "nothing",
    "stem": "up to the stem",
    "layer1": "up to stage 1",
    "layer2": "up to stage 2",
    "layer3": "up to stage 3",
    "layer4": "up to stage 4",
    "body": "all but the classifier",
}
SHORTER_FREEZES = {
    "stem": ("the stem",),
    **{f"layer{n}": (f"to stage {n}", f"stage {n}") for n in range(1, 5)},
    "body": ("all but head", "the body"),
}
OPTIMISERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSProp"}
SCHEDULES = {"one-cycle": "one-cycle", "cosine": "cosine", "step": "step", "constant": "constant"}
PRECISIONS = {"float32": "float32", "bfloat16": "bfloat16 (mixed)"}

PRESET_TIP = "A whole recipe: data, networks and every number below"
SOURCE_TIP = (
    "The pictures to learn from. A folder holds one folder of pictures for each class; without "
    "a val or test part of its own, a share of every class is held out."
)
TRAIN_IMAGES_TIP = (
    "Learn from so many pictures only, as many of each class, drawn by the seed; 0 for all. "
    "Few pictures make overfitting visible."
)
HELD_OUT_TIP = (
    "Share of every class that is not learned from but measured on, where the folder has no "
    "part of its own for that"
)
DUEL_TIP = (
    "A duel trains two networks on the same batches in lock-step. The plain twin has the same "
    "parameters and the same first weights, and every skip cut: y = act(F(x))."
)
LAYERS_TIP = (
    "Weighted layers, as the papers count them. Type any 6n + 2 for a CIFAR network "
    "(He et al. 2015, section 4.2)."
)
PLAIN_TIP = "Every skip cut: y = act(F(x)) in place of act(x + F(x))"
NORM_TIP = (
    "batch: each channel minus its mean over the batch, divided by its deviation (Ioffe & "
    "Szegedy 2015). group: over groups of channels of each picture (Wu & He 2018). none: as it is."
)
ORDER_TIP = (
    "post: convolution, norm, activation, and one more activation after the sum (He et al. 2015). "
    "pre: norm and activation come first and the sum stays as it is (He et al. 2016)."
)
START_TIP = (
    "The weights that both networks begin with. The classifier is drawn anew where its classes "
    "do not fit: that is fine-tuning."
)
FREEZE_TIP = "Weights up to here stay as they are, their batch norm's running statistics too"
BODY_LR_TIP = (
    "Learning rate of all but the classifier, as a share of the classifier's: pretrained weights "
    "need smaller steps than new ones. 0 leaves them as they are."
)
OPTIMISER_TIP = (
    "How a gradient g changes a weight w. SGD: v ← μv + g, w ← w − η·v. Adam (Kingma & Ba 2014): "
    "w ← w − η·m/(√s + ε) with running means m of g and s of g². AdamW (Loshchilov & Hutter "
    "2017): Adam with the decay taken from w itself. RMSProp: w ← w − η·g/(√s + ε)."
)
MOMENTUM_TIP = "μ: share of the last change that goes on: v ← μv + g. Of SGD and RMSProp."
NESTEROV_TIP = "Takes the gradient where momentum will lead: w ← w − η·(g + μv) (Nesterov 1983)"
LR_TIP = "η at the schedule's peak: w ← w − η·v"
FIND_TIP = (
    "Raise η from step to step, watch the loss, and suggest the steepest descent before it "
    "blows up (Smith 2015, arXiv:1506.01186)"
)
SCHEDULE_TIP = (
    "η over the run. one-cycle: linear up, linear down to 0 (Smith 2017). cosine: "
    "½(1 + cos πt) (Loshchilov & Hutter 2016). step: × γ after each milestone. constant: as it is."
)
WARM_UP_TIP = "Share of all steps in which η rises linearly, 0 to 1 (Goyal et al. 2017)"
MILESTONES_TIP = "Epochs after which the step schedule multiplies η by γ, such as 80, 120"
GAMMA_TIP = "γ: what each milestone multiplies η by"
DECAY_TIP = "λ: pulls every weight towards 0, g ← g + λw; in AdamW w ← w − ηλw (Krogh & Hertz 1991)"
SMOOTHING_TIP = (
    "ε: the right class is aimed at with 1 − ε, and ε is shared by all classes (Szegedy et al. "
    "2015); cross-entropy L = −Σ q·log p"
)
BATCH_TIP = "Pictures whose mean gradient makes one step; what is left of an epoch is dropped"
EPOCHS_TIP = "Passes over the pictures to learn from"
SEED_TIP = "Of weights, order and augmentation: the same seed gives the same run on a CPU"
FLIP_TIP = "Mirror half of the pictures left to right; not for digits"
PADDING_TIP = "Pixels of mirrored border around a picture before a random crop of its size"
CLUTTER_TIP = "How much of texture and noise the background of a drawn picture has, 0 to 1"
PRECISION_TIP = (
    "bfloat16 computes the forward pass in half the bits under autocast; weights stay float32"
)
DEVICE_TIP = "Where to compute; auto takes a GPU when there is one"
THREADS_TIP = "Of the CPU; sums depend on it in the last bit. 0 leaves torch's choice"
PATIENCE_TIP = (
    "Early stopping: the run ends after so many measurements without a lower held-out loss"
)
EVALUATE_TIP = "Epochs between measurements on the held-out pictures"
EVALUATE_STEPS_TIP = "Steps between measurements on the held-out pictures, in place of epochs"
EVALUATE_IMAGES_TIP = (
    "How many of the held-out pictures each measurement takes, always the same ones; all of them "
    "are measured at the end"
)
CHECKPOINT_TIP = (
    "Steps between checkpoints, from which a run that was killed resumes; one follows every epoch"
)
SNAPSHOTS_TIP = "Weights kept for looking back, spread evenly over the run; 0 for none"
SHARE_TIP = (
    "Measuring all blocks (gradient norms, updates, dead channels) may take this share of the "
    "training time; it is done as often as that allows"
)
EVERY_TIP = "Measure all blocks every so many steps; 0 as often as the share allows"
