"""What differs between telling kinds apart, describing a photo and asking it: data, loss, measure, decoding."""
