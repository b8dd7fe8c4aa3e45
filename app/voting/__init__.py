"""The heart of the service: which comparison comes next, the vote, and taking it back."""
