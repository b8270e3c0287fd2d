"""Operations pressed at the same moment."""

import threading

from django.core.exceptions import PermissionDenied
from django.db import connection

from marketplace.core.failures import DomainError


def at_once(*operations):
    """Run all in threads that start together; returns what went through, and the refusals."""
    start = threading.Barrier(len(operations))
    done, refusals, broken = [], [], []

    def run(operation):
        start.wait()
        try:
            done.append(operation())
        except (DomainError, PermissionDenied) as refusal:
            refusals.append(refusal)
        except Exception as failure:  # noqa: BLE001 - shown by the assertion below, in the test's own thread
            broken.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not broken, broken
    return done, refusals
