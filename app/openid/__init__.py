"""Sign-in with an OpenID Connect provider, such as the account of a university."""
