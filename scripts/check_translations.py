"""Fail where a text of the source is not translated, or the translations are not in their form."""

import sys

from translations import problems

if __name__ == "__main__" and (found := problems()):
    sys.exit("\n".join(found))
