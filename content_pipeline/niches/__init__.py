"""Before the loop: which niches deserve a pilot, by what the sources showed; after it: which pilots stay, by what their posts did."""
