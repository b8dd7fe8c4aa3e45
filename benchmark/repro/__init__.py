"""The re-test: experiments that test the paper's claims again on sprite clips (docs/reproduction.md)."""
