"""From briefs to timed scripts with captions."""
