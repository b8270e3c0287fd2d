from django.urls import path

from .views import afterwards, contracts, delivery, parts, terms

app_name = "contracting"

ONE = "workbench/contracts/<str:number>/"

urlpatterns = [
    path("contracts/verify/", contracts.verify, name="contract-verify"),
    path("contracts/<str:number>/", contracts.contract_detail, name="contract-detail"),
    path("contracts/<str:number>/text/", contracts.contract_text, name="contract-text"),
    path("contracts/<str:number>/files/<uuid:pk>/", delivery.download, name="file"),
    path("workbench/contracts/", contracts.contract_list, name="contract-list"),
    path(f"{ONE}terms/", terms.ProposeTerms.as_view(), name="terms-propose"),
    path(f"{ONE}terms/agree/", terms.AgreeTerms.as_view(), name="terms-agree"),
    path(f"{ONE}terms/change/", terms.AskChange.as_view(), name="terms-change"),
    path(f"{ONE}parts/", parts.StateParts.as_view(), name="parts"),
    path(f"{ONE}sign/", terms.Sign.as_view(), name="sign"),
    path(f"{ONE}milestones/<int:position>/deliver/", delivery.Deliver.as_view(), name="deliver"),
    path(f"{ONE}milestones/<int:position>/extend/", delivery.Extend.as_view(), name="extend"),
    path(f"{ONE}deliverables/<int:pk>/", delivery.Answer.as_view(), name="deliverable-answer"),
    path(f"{ONE}deliverables/<int:pk>/return/", delivery.Return.as_view(), name="deliverable-return"),
    path(f"{ONE}payments/new/", afterwards.RecordPayment.as_view(), name="payment-record"),
    path(f"{ONE}payments/<int:pk>/", afterwards.ConfirmPayment.as_view(), name="payment-answer"),
    path(f"{ONE}payments/<int:pk>/deny/", afterwards.DenyPayment.as_view(), name="payment-deny"),
    path(f"{ONE}rating/", afterwards.Rate.as_view(), name="rate"),
    path(f"{ONE}rating/change/", afterwards.ChangeRating.as_view(), name="rating-change"),
    path(f"{ONE}rating/reply/", afterwards.ReplyToRating.as_view(), name="rating-reply"),
]
