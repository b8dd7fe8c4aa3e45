"""What admins see and do: annotators and their votes, exclusions with reasons."""
