"""Start ResNet Visualizer from a checkout: `python main.py [IMAGE]`, or any of its commands."""

import sys

from resnet_viz.cli import main

if __name__ == "__main__":
    sys.exit(main())
