"""The headless report: figures, HTML, JSON and CSV."""

import logging

# Set before anything imports matplotlib, which says on stderr, once per user, that it builds a
# cache of fonts: a command that succeeds says nothing there.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
