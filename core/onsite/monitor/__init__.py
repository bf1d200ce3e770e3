"""Whether the line still is what the package was made for: drift, unsure rate, class mix, disagreement, latency."""
