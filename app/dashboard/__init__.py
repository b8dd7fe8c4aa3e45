"""The owner's pages of one study: the dashboard with progress and reported clips, and the preview."""
