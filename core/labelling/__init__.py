"""What helps a person to label: which photos are worth looking at, and what is known of them. No models, no pixels."""
