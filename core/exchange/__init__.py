"""Labels that other programs wrote, in; the project's labels and photos, out."""
