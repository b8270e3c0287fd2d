from django.apps import AppConfig


class TenderingConfig(AppConfig):
    name = "marketplace.tendering"
    label = "tendering"
