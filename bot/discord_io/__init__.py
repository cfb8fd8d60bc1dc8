"""What is between the features and Discord's library: views, failures, languages, rates, addresses."""
