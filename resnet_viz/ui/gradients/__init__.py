"""The Gradients workspace: a residual network beside its plain twin."""
