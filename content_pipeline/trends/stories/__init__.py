"""One story, one trend: which signals belong together, who a trend is, its keywords."""
