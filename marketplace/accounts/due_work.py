from . import notices  # noqa: F401  the handler of mailed notices
