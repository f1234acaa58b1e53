"""What is learned from outcomes, as versions for the policy registry."""
