"""One module an experiment: maths from `analysis`, charts for people."""
