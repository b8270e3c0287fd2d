from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import connection

from tests.functional.crashing import Crashes

#: The last of a Redis server's sixteen databases; the tests empty it.
REDIS_DATABASE = "/15"


@pytest.mark.django_db(transaction=True)
class TestCrashOnServers(Crashes):
    """PostgreSQL, Redis and Celery."""

    longest_lease = 600

    @pytest.fixture
    def servers(self, database_url, redis_url):
        template = connection.settings_dict["NAME"]
        name = f"{template}_crash"
        broker = urlsplit(redis_url)._replace(path=REDIS_DATABASE).geturl()
        connection.close()
        with psycopg.connect(database_url, autocommit=True) as server, redis.from_url(broker) as messages:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            # The test database has the tables already: a copy spares the migrations.
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            messages.flushdb()
            yield {
                "DATABASE_URL": urlsplit(database_url)._replace(path=f"/{name}").geturl(),
                "REDIS_URL": broker,
            }
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            messages.flushdb()
