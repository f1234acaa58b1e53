"""What posts and accounts did, as observed."""
