"""`python -m resnet_viz`: the same as the command `resnet-viz`."""

import sys

from resnet_viz.cli import main

if __name__ == "__main__":
    sys.exit(main())
