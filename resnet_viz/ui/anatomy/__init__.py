"""The inside of one residual block, painted layer by layer."""
