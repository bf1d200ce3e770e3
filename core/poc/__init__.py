"""From a first try to the shop floor in three stages: what the evidence says, and what a person decides."""
