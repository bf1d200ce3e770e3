"""The inputs and outputs of a package's graphs, by name."""

PHOTOS, PIXELS = "photos", "pixels"
IMAGE_FEATURES, TEXT_FEATURES, PROBABILITIES = "image_features", "text_features", "probabilities"
TOKENS, TEXT_FEATURE = "tokens", "text_feature"
