from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "search"
    label = "search"

    def ready(self) -> None:
        from search.backends import matching

        post_migrate.connect(matching.install, sender=self, dispatch_uid="search.matching")
