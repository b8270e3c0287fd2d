from django.urls import path

from .feeds import RegulationFeed

app_name = "cms"

urlpatterns = [path("regulations/feed/", RegulationFeed(), name="regulation-feed")]
