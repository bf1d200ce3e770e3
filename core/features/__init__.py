"""What may leave a site in place of its photos: frozen image features, in a file that tells nothing else of them."""
