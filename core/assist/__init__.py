"""Help with labelling from what an untouched backbone sees: arithmetic on unit features, no model, no pixels."""
