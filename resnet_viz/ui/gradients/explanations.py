"""What every experiment measures, in words for somebody who meets it for the first time. No Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """Shown until an experiment has run.

    Attributes:
        text: one or two sentences.
        formula: as rich text.
        source: of the idea; empty where there is none to name.
    """

    text: str
    formula: str
    source: str = ""


EXPLANATIONS: dict[str, Explanation] = {
    "depth": Explanation(
        "Builds the same network at several depths, with its skips and without them, and measures "
        "how much of the loss's gradient is left when it reaches the first block.",
        "∂L/∂x<sub>1</sub> = ∂L/∂x<sub>n</sub> · ∏ (1 + ∂F<sub>i</sub>/∂x<sub>i</sub>), "
        "and without skips ∏ ∂F<sub>i</sub>/∂x<sub>i</sub>",
        "He et al. 2016, arXiv:1603.05027, eq. 5 (identity skips, nothing after the addition)",
    ),
    "alpha": Explanation(
        "Turns all skips down from 1 to 0 and measures the gradient at the first block each time. "
        "The plain twin, which has none, stands beside it.",
        "y = α · x + F(x),  ∂L/∂x<sub>1</sub> = ∂L/∂x<sub>n</sub> · "
        "∏ (α + ∂F<sub>i</sub>/∂x<sub>i</sub>)",
        "He et al. 2016, arXiv:1603.05027, section 3.1 (constant scaling)",
    ),
    "scale": Explanation(
        "Multiplies the weights of every branch by one factor and measures the gradient at the "
        "first block: too small and it vanishes, too large and it explodes, unless something "
        "normalises it.",
        "plain, ReLU, no norm: each layer changes the gradient's mean square by "
        "g² · n · Var(w) / 2,  n = k² · channels out",
        "He et al. 2015, arXiv:1502.01852, section 2.2",
    ),
    "seeds": Explanation(
        "Draws the random weights again and again and measures the gradient at every block each "
        "time, to tell what holds for such networks from what was luck.",
        "median and 10 to 90 % of ‖∂L/∂x‖ over the draws",
    ),
    "lesion": Explanation(
        "Takes blocks out of both networks, without training them again, and counts what they "
        "still get right. A network that is many paths at once should hardly notice the loss of "
        "a few of them.",
        "y = x + F(x)  →  y = x",
        "Veit et al. 2016, arXiv:1605.06431, section 4",
    ),
    "paths": Explanation(
        "A network of n blocks is 2<sup>n</sup> paths, for each block is passed through F or "
        "through the skip. This samples paths of every length and measures how much of the "
        "gradient each length carries.",
        "share(k) ∝ C(n, k) · mean ‖∂L/∂x along a path of length k‖",
        "Veit et al. 2016, arXiv:1605.06431, section 4.3",
    ),
    "shattering": Explanation(
        "Moves in small steps from one picture to another and compares the gradients of "
        "neighbouring inputs. In deep plain networks they become as unrelated as noise; skips "
        "keep them alike for longer.",
        "cos(∂z/∂x at x<sub>i</sub>, ∂z/∂x at x<sub>j</sub>),  z: one logit",
        "Balduzzi et al. 2017, arXiv:1702.08591",
    ),
    "identity": Explanation(
        "Measures at every block how much F adds to x, and how far the block is from passing x "
        "on unchanged: with random weights, with branches that start at zero, and after training.",
        "‖F(x)‖ / ‖x‖  and  cos(y, x)",
        "He et al. 2015, arXiv:1512.03385, section 3.1; Goyal et al. 2017, arXiv:1706.02677 "
        "(branches that start at zero)",
    ),
    "cost": Explanation(
        "Counts parameters, multiply-accumulates and memory of networks of growing depth, and "
        "measures the time of a forward and a backward pass, to tell what depth costs before a "
        "deep network is built.",
        "multiply-accumulates of a convolution: k² · C<sub>in</sub> · C<sub>out</sub> · H · W",
        "He et al. 2015, arXiv:1512.03385, table 1 (called FLOPs there)",
    ),
}
