"""Photos on disk: finding them, decoding them safely, small pictures of them. No labels, no models."""
