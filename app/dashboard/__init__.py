"""The owner's page with the progress and reported clips of one study, and the preview of a study."""
