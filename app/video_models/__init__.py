"""The pages of models and submissions, on which people list, register, edit and delete models."""
