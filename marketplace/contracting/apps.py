from django.apps import AppConfig


class ContractingConfig(AppConfig):
    name = "marketplace.contracting"
    label = "contracting"
