from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CatalogueConfig(AppConfig):
    name = "marketplace.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from .console import grant_rights

        # After the console's own tables are there, as the groups are.
        post_migrate.connect(
            grant_rights, sender=apps.get_app_config("wagtailadmin"), dispatch_uid="catalogue.console_rights"
        )
