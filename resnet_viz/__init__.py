"""ResNet Visualizer: real residual networks, measured live."""

__version__ = "0.1.0"
