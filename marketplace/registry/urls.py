from django.urls import include, path

from .views import intermediaries, records, registrations

app_name = "registry"

#: The page of a step, whose own address saves and goes on, and what else is pressed on it.
STEP = [
    path("", registrations.SaveStep.as_view(), name="registration-step"),
    path("leave/", registrations.LeaveStep.as_view(), name="registration-step-leave"),
    path("rows/", registrations.AddRow.as_view(), name="registration-row-add"),
    path("rows/<int:row>/remove/", registrations.RemoveRow.as_view(), name="registration-row-remove"),
    path("typed/", registrations.SaveStepAsTyped.as_view(), name="registration-step-typed"),
]

urlpatterns = [
    path("intermediaries/", intermediaries.intermediary_list, name="intermediary-list"),
    path("intermediaries/compare/", intermediaries.compare_intermediaries, name="intermediary-compare"),
    path("intermediaries/<str:uscc>/", intermediaries.intermediary_detail, name="intermediary-detail"),
    path("workbench/record/", records.record_detail, name="record-detail"),
    path("workbench/record/change/", records.StartChange.as_view(), name="change-start"),
    path("workbench/record/leave/", records.LeaveMarket.as_view(), name="leave-market"),
    path("workbench/offers/", records.offer_list, name="offer-list"),
    path("workbench/offers/new/", records.CreateOffer.as_view(), name="offer-create"),
    path("workbench/offers/<str:code>/", records.ChangeOffer.as_view(), name="offer-change"),
    path("workbench/offers/<str:code>/withdraw/", records.WithdrawOffer.as_view(), name="offer-withdraw"),
    path("workbench/registration/start/", registrations.StartRegistration.as_view(), name="registration-start"),
    path("workbench/registrations/<str:number>/", registrations.registration_detail, name="registration-detail"),
    path(
        "workbench/registrations/<str:number>/file/", registrations.FileRegistration.as_view(), name="registration-file"
    ),
    path(
        "workbench/registrations/<str:number>/withdraw/",
        registrations.WithdrawRegistration.as_view(),
        name="registration-withdraw",
    ),
    path(
        "workbench/registrations/<str:number>/documents/<str:document>/",
        registrations.registration_document,
        name="registration-document",
    ),
    path("workbench/registrations/<str:number>/steps/<str:step>/", include(STEP)),
]
