"""The signing key of a market that runs on one machine."""

import os
import secrets
from pathlib import Path


def local_secret(data: Path) -> str:
    """The secret key kept under the data folder, made at the first start and readable by its owner only."""
    path = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
