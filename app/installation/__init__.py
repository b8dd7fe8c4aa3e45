"""The settings page: a person's account, and for admins the settings and the state of the service."""
