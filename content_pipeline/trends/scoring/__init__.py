"""How strong a trend is and why: movement, outlook, fit, breakouts, and how that is shown."""
