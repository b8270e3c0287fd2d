"""
Run as a script: becomes the command that it is given, which the kernel ends when the supervisor ends.

Linux alone can do that; elsewhere a supervisor that is killed outright leaves its children to whoever killed it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  the supervisor's own lines


if __name__ == "__main__":
    main()
