"""From scripts to finished reels and covers."""
