"""Creates, opens, pauses, closes and extends studies. A change after opening is a new protocol version."""
