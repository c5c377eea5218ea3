"""The network overview: blocks on a line, skip arcs over them, lanes of figures below."""
