"""The gradient laboratory: settings, batches, experiments and what they find."""
