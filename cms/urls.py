from django.urls import path

from .feeds import RegulationFeed
from .files import PictureView
from .views import privacy

app_name = "cms"

urlpatterns = [
    path("privacy/", privacy, name="privacy"),
    path("regulations/feed/", RegulationFeed(), name="regulation-feed"),
    path("pictures/<str:signature>/<int:image_id>/<str:filter_spec>/", PictureView.as_view(), name="picture"),
    # Wagtail appends the file's name to that address.
    path(
        "pictures/<str:signature>/<int:image_id>/<str:filter_spec>/<str:filename>",
        PictureView.as_view(),
        name="picture",
    ),
]
