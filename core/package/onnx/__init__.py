"""A package that works alone: the whole way from a photo to probabilities as one ONNX graph."""
