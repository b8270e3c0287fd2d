"""The only place that reads the environment; `.env.example` lists every variable."""

from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(ROOT / ".env")

#: Folder of everything the market writes: database, uploads, keys, e-mail of the demo.
DATA: Path = Path(env.str("DATA", default=str(ROOT / "var"))).resolve()
PORT: int = env.int("PORT", default=8000)
DATABASE_URL: str = env.str("DATABASE_URL", default="")
REDIS_URL: str = env.str("REDIS_URL", default="")
EMAIL_URL: str = env.str("EMAIL_URL", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: The reverse proxies whose X-Forwarded-For is believed, as addresses or networks.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
#: The address that people reach the market at, for every process: what mails lead to.
SITE_URL: str = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}")
#: Seconds that a page is kept for visitors without an account; 0 keeps none.
PAGES_KEPT_SECONDS: int = env.int("PAGES_KEPT_SECONDS", default=10)
#: Seconds that counts over whole tables are kept (the numbers behind a list's choices); 0 counts each time.
FIGURES_KEPT_SECONDS: int = env.int("FIGURES_KEPT_SECONDS", default=60)
#: Where the regulator's custodian listens when it is a process of its own; empty: within the market's process.
REGULATOR_CUSTODIAN_URL: str = env.str("REGULATOR_CUSTODIAN_URL", default="")
REGULATOR_CUSTODIAN_KEY: str = env.str("REGULATOR_CUSTODIAN_KEY", default="")
REGULATOR_CUSTODIAN_BY_TUNNEL: bool = env.bool("REGULATOR_CUSTODIAN_BY_TUNNEL", default=False)
CUSTODIAN_TIMEOUT: float = env.float("CUSTODIAN_TIMEOUT", default=5.0)
#: For the custodian's own process: its address, its folder, and the one market that it answers.
CUSTODIAN_LISTEN: str = env.str("CUSTODIAN_LISTEN", default="127.0.0.1:8900")
CUSTODIAN_DATA: Path = Path(env.str("CUSTODIAN_DATA", default=str(DATA / "custodian"))).resolve()
CUSTODIAN_DATABASE: Path = Path(
    env.str("CUSTODIAN_DATABASE", default=str(CUSTODIAN_DATA / "custodian.sqlite3"))
).resolve()
CUSTODIAN_MARKET_KEY: str = env.str("CUSTODIAN_MARKET_KEY", default="")
#: Whether /components/ shows every component in every state, to build with.
SHOWCASE: bool = env.bool("SHOWCASE", default=False)
#: Megabytes that uploads leave free on the disk.
DISK_RESERVE_MB: int = env.int("DISK_RESERVE_MB", default=200)
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")


def secret(name: str) -> str:
    """A production secret: no default, so that a missing one stops the start."""
    return env.str(name)


def sqlite_file() -> Path | None:
    """The file of the embedded database; None where a server has it."""
    return None if DATABASE_URL else DATA / "market.sqlite3"


def database() -> dict:
    """The database by `DATABASE_URL`, else SQLite under `DATA` with the settings that survive concurrent writers."""
    if DATABASE_URL:
        found = env.db_url_config(DATABASE_URL)
        return {
            **found,
            # A server that is away is answered about at once, not after minutes.
            "OPTIONS": {"connect_timeout": 5, **found.get("OPTIONS", {})},
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": sqlite_file(),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA cache_size=-32000;"
            ),
        },
    }
