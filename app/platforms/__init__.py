"""The crowd platform of a study: completion codes and return URLs."""
