"""The pages of models and their submissions: list, register and edit models, see what a model has made."""
