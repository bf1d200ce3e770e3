"""What can be learned on a frozen backbone: methods, wrappers, presets, and the classifiers they give."""
