from django.urls import URLPattern

app_name = "contracting"

urlpatterns: list[URLPattern] = []
