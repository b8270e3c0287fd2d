from . import invitations, notices  # noqa: F401  the handlers of what is mailed
