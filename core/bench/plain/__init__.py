"""The obvious versions: what papers' public code does, kept to check each fast path for equality and to time it."""
