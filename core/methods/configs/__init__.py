"""What can be set: one configuration per method and wrapper, and the recipe. No torch: the window reads it."""
