"""
Medians on the large world, and their ratios to floors measured in the same run.

Needs PostgreSQL: `DATABASE_URL` names the server; a database of its own, with `_bench` at the end of its name,
is made and filled once and used again. `--scale` makes a smaller world, `--skip-servers` leaves out what starts
servers of its own, `--markdown` prints the table as docs/operations/benchmarks.md has it.
"""

import argparse
import os
import sys

from tests.benchmarks.database import own_database


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--scale", type=int, default=10_000, help="intermediaries of the large world")
    parser.add_argument("--rounds", type=int, default=30, help="times that a page is asked for")
    parser.add_argument("--skip-servers", action="store_true", help="leave out memory and readiness")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        sys.exit("The benchmarks need PostgreSQL: set DATABASE_URL, such as postgres://market@127.0.0.1:5432/market")
    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.config.settings.embedded"
    os.environ.setdefault("LOG_LEVEL", "WARNING")

    import django

    django.setup()

    from tests.benchmarks import bids, openings, pages, pure, selections, servers, world
    from tests.benchmarks.report import Report

    world.prepare(options.scale)
    report = Report()
    pages.measure(report, options.rounds)
    bids.measure(report)
    openings.measure(report)
    pure.measure(report)
    selections.measure(report)
    if not options.skip_servers:
        servers.measure(report)
    sys.stdout.write(f"\n{report.markdown() if options.markdown else report.text()}\n")


if __name__ == "__main__":
    main()
