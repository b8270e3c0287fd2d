from django.urls import path

from .feeds import AwardFeed, RequestFeed
from .views import bidding, drafts, evaluations, picking, receipts, requests, results, running_requests, verification

app_name = "tendering"

urlpatterns = [
    path("requests/feed/", RequestFeed(), name="request-feed"),
    path("awards/feed/", AwardFeed(), name="award-feed"),
    path("requests/", requests.request_list, name="request-list"),
    path("requests/<str:number>/", requests.request_detail, name="request-detail"),
    path("requests/<str:number>/files/<int:pk>/", requests.attachment, name="attachment"),
    path(
        "requests/<str:number>/versions/<int:version>/announcement/",
        running_requests.announcement_file,
        name="announcement",
    ),
    path("requests/<str:number>/ask/", bidding.Ask.as_view(), name="question-ask"),
    path("requests/<str:number>/bid/", bidding.PriceAndTime.as_view(), name="bid"),
    path("requests/<str:number>/bid/change/", bidding.ChangeBid.as_view(), name="bid-change"),
    path("requests/<str:number>/bid/seal/", bidding.SealBid.as_view(), name="bid-seal"),
    path("requests/<str:number>/bid/sealed/", bidding.FileSealed.as_view(), name="bid-sealed"),
    path("requests/<str:number>/bid/withdraw/", bidding.Withdraw.as_view(), name="bid-withdraw"),
    path("awards/", results.award_list, name="award-list"),
    path("awards/<str:number>/", results.award_detail, name="award-detail"),
    path("awards/<str:number>/transcript/", results.transcript, name="transcript"),
    path("awards/<str:number>/verify/", verification.verify, name="verify"),
    path("receipts/", receipts.receipt_check, name="receipt-check"),
    path("keys/", receipts.signing_keys, name="signing-keys"),
    path("verify/", verification.verify_any, name="verify-any"),
    path("verify/verify_selection.py", verification.script, name="verify-script"),
    path("schemas/transcript-1.json", verification.transcript_schema, name="transcript-schema"),
    path("awards/<str:number>/objections/new/", bidding.ObjectToAward.as_view(), name="object"),
    path("awards/<str:number>/evidence/<int:pk>/", results.evidence, name="evidence"),
    path("workbench/bids/", bidding.own_bids, name="own-bids"),
    path("workbench/evaluations/", evaluations.evaluation_list, name="evaluation-list"),
    path("workbench/evaluations/<int:pk>/", evaluations.SaveMarks.as_view(), name="evaluation"),
    path("workbench/evaluations/<int:pk>/typed/", evaluations.SaveMarksAsTyped.as_view(), name="evaluation-typed"),
    path("workbench/evaluations/<int:pk>/look-over/", evaluations.LookOverMarks.as_view(), name="evaluation-look-over"),
    path("workbench/evaluations/<int:pk>/no-tie/", evaluations.DeclareNoTie.as_view(), name="evaluation-no-tie"),
    path("workbench/evaluations/<int:pk>/tie/", evaluations.DeclareTie.as_view(), name="evaluation-tie"),
    path("workbench/evaluations/<int:pk>/hand-in/", evaluations.HandIn.as_view(), name="evaluation-hand-in"),
    path("workbench/evaluations/<int:pk>/proposals/<int:label>/", evaluations.proposal, name="evaluation-proposal"),
    path("workbench/requests/", drafts.own_requests, name="own-requests"),
    path("workbench/requests/new/", drafts.CreateDraft.as_view(), name="draft-create"),
    path("workbench/requests/<str:number>/", drafts.draft_summary, name="draft-summary"),
    path("workbench/requests/<str:number>/submit/", drafts.Submit.as_view(), name="draft-submit"),
    path("workbench/requests/<str:number>/take-back/", drafts.TakeBack.as_view(), name="draft-take-back"),
    path("workbench/requests/<str:number>/delete/", drafts.Delete.as_view(), name="draft-delete"),
    path(
        "workbench/requests/<str:number>/files/<int:pk>/delete/",
        drafts.DeleteAttachment.as_view(),
        name="attachment-delete",
    ),
    path(
        "workbench/requests/<str:number>/answer/<int:question>/",
        running_requests.Answer.as_view(),
        name="question-answer",
    ),
    path("workbench/requests/<str:number>/change/", running_requests.Change.as_view(), name="change"),
    path("workbench/requests/<str:number>/end/", running_requests.Terminate.as_view(), name="terminate"),
    path("workbench/requests/<str:number>/pick/", picking.Pick.as_view(), name="pick"),
    path("workbench/requests/<str:number>/repost/", running_requests.Repost.as_view(), name="repost"),
    path("workbench/requests/<str:number>/edit/<str:page>/", drafts.EditDraft.as_view(), name="draft-page"),
    path("workbench/requests/<str:number>/edit/<str:page>/stay/", drafts.SaveAndStay.as_view(), name="draft-stay"),
    path(
        "workbench/requests/<str:number>/edit/<str:page>/typed/", drafts.SaveDraftAsTyped.as_view(), name="draft-typed"
    ),
    path(
        "workbench/requests/<str:number>/edit/<str:page>/look-over/",
        drafts.SaveAndLookOver.as_view(),
        name="draft-look-over",
    ),
]
