"""Every model that can animate a pair, behind one protocol."""
