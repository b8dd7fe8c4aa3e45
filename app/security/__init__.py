"""Authentication, authorisation and protection against forged requests."""
