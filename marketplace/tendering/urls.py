from django.urls import path

from .views import bidding, drafts, evaluations, picking, public, published, receipts, results, verification

app_name = "tendering"

urlpatterns = [
    path("requests/", public.request_list, name="request-list"),
    path("requests/<str:number>/", public.request_detail, name="request-detail"),
    path("requests/<str:number>/files/<int:pk>/", public.attachment, name="attachment"),
    path(
        "requests/<str:number>/versions/<int:version>/announcement/", published.announcement_file, name="announcement"
    ),
    path("requests/<str:number>/ask/", bidding.ask, name="question-ask"),
    path("requests/<str:number>/bid/", bidding.bid, name="bid"),
    path("requests/<str:number>/bid/withdraw/", bidding.withdraw, name="bid-withdraw"),
    path("awards/", results.award_list, name="award-list"),
    path("awards/<str:number>/", results.award_detail, name="award-detail"),
    path("awards/<str:number>/transcript/", results.transcript, name="transcript"),
    path("awards/<str:number>/verify/", verification.verify, name="verify"),
    path("receipts/", receipts.receipt_check, name="receipt-check"),
    path("keys/", receipts.signing_keys, name="signing-keys"),
    path("verify/", verification.verify_any, name="verify-any"),
    path("verify/verify_selection.py", verification.script, name="verify-script"),
    path("schemas/transcript-1.json", verification.transcript_schema, name="transcript-schema"),
    path("awards/<str:number>/objections/new/", bidding.object_to_award, name="object"),
    path("awards/<str:number>/evidence/<int:pk>/", results.evidence, name="evidence"),
    path("workbench/bids/", bidding.own_bids, name="own-bids"),
    path("workbench/evaluations/", evaluations.evaluation_list, name="evaluation-list"),
    path("workbench/evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("workbench/evaluations/<int:pk>/no-tie/", evaluations.no_tie, name="evaluation-no-tie"),
    path("workbench/evaluations/<int:pk>/tie/", evaluations.own_tie, name="evaluation-tie"),
    path("workbench/evaluations/<int:pk>/hand-in/", evaluations.hand_in, name="evaluation-hand-in"),
    path("workbench/evaluations/<int:pk>/proposals/<int:label>/", evaluations.proposal, name="evaluation-proposal"),
    path("workbench/requests/", drafts.own_requests, name="own-requests"),
    path("workbench/requests/new/", drafts.draft_create, name="draft-create"),
    path("workbench/requests/<str:number>/", drafts.draft_summary, name="draft-summary"),
    path("workbench/requests/<str:number>/submit/", drafts.draft_submit, name="draft-submit"),
    path("workbench/requests/<str:number>/take-back/", drafts.draft_take_back, name="draft-take-back"),
    path("workbench/requests/<str:number>/delete/", drafts.draft_delete, name="draft-delete"),
    path("workbench/requests/<str:number>/files/<int:pk>/delete/", drafts.attachment_delete, name="attachment-delete"),
    path("workbench/requests/<str:number>/answer/<int:question>/", published.answer, name="question-answer"),
    path("workbench/requests/<str:number>/change/", published.change, name="change"),
    path("workbench/requests/<str:number>/end/", published.terminate, name="terminate"),
    path("workbench/requests/<str:number>/pick/", picking.pick, name="pick"),
    path("workbench/requests/<str:number>/repost/", published.repost, name="repost"),
    path("workbench/requests/<str:number>/edit/<str:page>/", drafts.draft_page, name="draft-page"),
]
