"""The home page, and sign-in and sign-out in a browser."""
