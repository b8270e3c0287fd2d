from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "marketplace.core"
    label = "core"

    def ready(self) -> None:
        from . import appendonly, calendar, checks  # noqa: F401

        # Every app's part of the market's few registries, found by the module's name.
        autodiscover_modules("receivers", "due_work", "duties", "panels", "readiness", "recounting", "workbench")
        post_migrate.connect(appendonly.install, dispatch_uid="core.appendonly")
        post_migrate.connect(calendar.fill, sender=self, dispatch_uid="core.calendar")
