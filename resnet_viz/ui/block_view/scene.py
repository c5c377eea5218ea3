"""What the block view shows and what is chosen in it: plain state, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from resnet_viz.probe.snapshot import BlockMaps, FloatArray
from resnet_viz.ui.block_view.panels import (
    ROLES,
    Choices,
    Panel,
    PanelRole,
    Pixel,
    Tensors,
    build_panels,
    limits_of,
)
from resnet_viz.ui.block_view.summary import Summary, summarise
from resnet_viz.ui.block_view.wording import BlockContext


class Scene:
    """A block's tensors under the user's choices, and the selected channels.

    Attributes:
        context: gates and shortcut of the block.
        choices: of the user.
    """

    def __init__(self) -> None:
        self.context = BlockContext()
        self.choices = Choices()
        self._tensors: Tensors | None = None
        self._panels: dict[PanelRole, Panel] = {}
        self._pinned = False
        self._limits: dict[str, float | FloatArray] = {}
        self._channel = 0
        # Selected channels of grids that are not linked with y.
        self._own_channels: dict[PanelRole, int] = dict.fromkeys(ROLES, 0)

    @property
    def panels(self) -> Mapping[PanelRole, Panel]:
        """The three grids; empty while there are no maps."""
        return self._panels

    @property
    def inner_shapes(self) -> dict[str, tuple[int, ...]]:
        """(C, H, W) of the output of each module of the branch, in order."""
        if self._tensors is None:
            return {}
        return {name: tensor.shape for name, tensor in self._tensors.maps.inner.items()}

    @property
    def adds_up(self) -> bool:
        """Whether the left two grids show what is added."""
        return not (self.choices.inner or self.choices.raw_input)

    # --- changes ----------------------------------------------------------------------------

    def set_maps(self, maps: BlockMaps | None, context: BlockContext) -> None:
        """Show a block; None while its maps are measured."""
        self._tensors = Tensors(maps) if maps is not None else None
        self.context = context
        self._build()

    def choose(self, choices: Choices) -> None:
        """Apply choices; a module that the block does not have counts as F(x)."""
        if choices.scope != self.choices.scope:
            self._limits = {}  # limits of another scope mean nothing in this one
        self.choices = choices
        self._build()

    def pin(self, pinned: bool) -> None:
        """Keep the present colour scales from now on, or no longer."""
        self._pinned = pinned
        self._limits = {}
        self._build()

    def _build(self) -> None:
        if self._tensors is None:
            self._panels = {}
            return
        if self.choices.inner not in self._tensors.maps.inner:
            self.choices = replace(self.choices, inner="")
        self._panels = build_panels(self._tensors, self.choices, self._limits)
        fresh = [panel for panel in self._panels.values() if not panel.scale.pinned]
        if self._pinned and fresh:
            # What is shown for the first time since the pin is pinned as it is now.
            now = limits_of(self._panels, self.choices.scope)
            names = {"*"} if "*" in now else {panel.name for panel in fresh}
            self._limits.update({name: now[name] for name in names})
            self._panels = build_panels(self._tensors, self.choices, self._limits)

    # --- channels ---------------------------------------------------------------------------

    @property
    def channel(self) -> int:
        """The selected channel of y; before there are maps, the one to be selected."""
        return self.channel_of("output")

    def channel_of(self, role: PanelRole) -> int:
        """The channel that is selected in a grid."""
        panel = self._panels.get(role)
        if panel is None:
            return self._channel
        wanted = self._channel if panel.linked else self._own_channels[role]
        return min(wanted, panel.n_channels - 1)

    def select(self, role: PanelRole, channel: int) -> None:
        """Select a channel in a grid and in those linked with it; the nearest one there is."""
        panel = self._panels.get(role)
        channel = max(0, channel)
        if panel is not None:
            channel = min(channel, panel.n_channels - 1)
        if panel is None or panel.linked:
            self._channel = channel
        else:
            self._own_channels[role] = channel

    def neighbour(self, role: PanelRole, by: int) -> int:
        """The channel `by` places on in a grid's order, or the last one on the way."""
        panel = self._panels.get(role)
        if panel is None:
            return self._channel
        place = int(panel.places[self.channel_of(role)]) + by
        return int(panel.order[min(max(place, 0), panel.n_channels - 1)])

    def channel_summaries(self) -> dict[PanelRole, Summary]:
        """Figures of the selected channel's map in each grid linked with y."""
        return {
            role: summarise(panel.tensor[self.channel])
            for role, panel in self._panels.items()
            if panel.linked
        }

    def strongest(self) -> Pixel | None:
        """Where the selected channel of y is largest in size; None while it is measured."""
        panel = self._panels.get("output")
        if panel is None:
            return None
        sizes = np.nan_to_num(np.abs(panel.tensor[self.channel]))
        row, column = np.unravel_index(int(sizes.argmax()), sizes.shape)
        return Pixel(self.channel, int(row), int(column))

    def gradient(self) -> float | None:
        """L2 norm of dL/dy over the selected channel."""
        if self._tensors is None:
            return None
        return float(self._tensors.maps.grad_out[self.channel])
