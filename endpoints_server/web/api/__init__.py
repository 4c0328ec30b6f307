"""The paths programs call: the wires, the model lists, the probes."""
