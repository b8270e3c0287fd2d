class InvalidSelection(ValueError):
    """The input of a selection is not of the form that the rules give it; nothing is computed from it."""
