from django.urls import path, re_path

from . import views
from .feeds import CreditFeed

app_name = "credit"

urlpatterns = [
    path("credit/", views.overview, name="overview"),
    path("credit/feed/", CreditFeed(), name="feed"),
    re_path(r"^credit/(?P<kind>red-list|restricted|warned)/$", views.public_list, name="list"),
    path("credit/events/<str:number>/", views.event, name="event"),
    path("credit/events/<str:number>/files/<int:pk>/", views.event_file, name="event-file"),
    path("intermediaries/<str:uscc>/credit/", views.standing, name="standing"),
]
