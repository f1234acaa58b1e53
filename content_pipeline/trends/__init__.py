"""From what sources show to a short list of scored trends."""
