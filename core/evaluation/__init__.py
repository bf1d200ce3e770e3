"""How well a run does: protocols, metrics with intervals, calibration, paired comparison."""
