"""Watching the sources: polls at their cadence, what they showed, how the sources fare, what may still be asked."""
