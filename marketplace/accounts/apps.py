from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    label = "accounts"

    def ready(self) -> None:
        from .console import ensure_groups

        # After the console's own tables are there.
        post_migrate.connect(
            ensure_groups, sender=apps.get_app_config("wagtailadmin"), dispatch_uid="accounts.console_groups"
        )
