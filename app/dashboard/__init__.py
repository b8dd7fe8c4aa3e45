"""The owner's page of one study with its progress and reports, and the preview of a study."""
