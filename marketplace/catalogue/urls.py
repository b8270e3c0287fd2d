from django.urls import path

from . import views

app_name = "catalogue"

urlpatterns = [
    path("services/", views.item_list, name="item-list"),
    path("services/<str:code>/", views.item_detail, name="item-detail"),
    path("fees/", views.fee_calculator, name="fee-calculator"),
]
