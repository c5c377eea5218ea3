"""Any chart and table of the laboratory on screen, drawn with pyqtgraph."""
