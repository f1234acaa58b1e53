"""From trends and strategy to ideas and a calendar."""
