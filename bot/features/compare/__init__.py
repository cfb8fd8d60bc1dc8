"""Is this in our articles?: what a message says, beside what the articles say."""
