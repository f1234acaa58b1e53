"""From renders to posts: the ledger and the publisher."""
