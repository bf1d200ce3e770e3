"""What if there were fewer photos, or the light changed: a finished run asked such questions."""
