"""From a snapshot to a run: split, fit, weigh, evaluate, write; and the handle on the process that does it."""
