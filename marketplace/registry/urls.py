from django.urls import path

from .views import intermediaries, records, registrations

app_name = "registry"

urlpatterns = [
    path("intermediaries/", intermediaries.intermediary_list, name="intermediary-list"),
    path("intermediaries/compare/", intermediaries.compare_intermediaries, name="intermediary-compare"),
    path("intermediaries/<str:uscc>/", intermediaries.intermediary_detail, name="intermediary-detail"),
    path("workbench/record/", records.record_detail, name="record-detail"),
    path("workbench/record/change/", records.start_change, name="change-start"),
    path("workbench/record/leave/", records.leave_market, name="leave-market"),
    path("workbench/offers/", records.offer_list, name="offer-list"),
    path("workbench/offers/new/", records.create_offer, name="offer-create"),
    path("workbench/offers/<str:code>/", records.change_offer, name="offer-change"),
    path("workbench/offers/<str:code>/withdraw/", records.withdraw_offer, name="offer-withdraw"),
    path("workbench/registration/start/", registrations.start_registration, name="registration-start"),
    path("workbench/registrations/<str:number>/", registrations.registration_detail, name="registration-detail"),
    path("workbench/registrations/<str:number>/file/", registrations.file_registration, name="registration-file"),
    path(
        "workbench/registrations/<str:number>/withdraw/",
        registrations.withdraw_registration,
        name="registration-withdraw",
    ),
    path(
        "workbench/registrations/<str:number>/documents/<str:document>/",
        registrations.registration_document,
        name="registration-document",
    ),
    path("workbench/registrations/<str:number>/steps/<str:step>/", registrations.edit_step, name="registration-step"),
]
