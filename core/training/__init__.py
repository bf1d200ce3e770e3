"""Training: a frozen job goes in, a stream of typed events and a run folder come out."""
