from django.urls import path

from .views import members, notices, organisations, profile, sessions, tokens, workbench

app_name = "accounts"

urlpatterns = [
    path("workbench/", workbench.workbench, name="workbench"),
    path("workbench/matters/", workbench.matter_list, {"finished": False}, name="matter-list"),
    path("workbench/history/", workbench.matter_list, {"finished": True}, name="history"),
    path("workbench/switch/", workbench.switch_organisation, name="switch-organisation"),
    path("workbench/notices/", notices.notice_list, name="notice-list"),
    path("workbench/notices/read/", notices.mark_all_read, name="notices-read"),
    path("workbench/notices/<int:pk>/", notices.open_notice, name="notice-open"),
    path("workbench/me/", profile.ChangeProfile.as_view(), name="profile"),
    path("workbench/tokens/", tokens.token_list, name="token-list"),
    path("workbench/tokens/new/", tokens.MakeToken.as_view(), name="token-create"),
    path("workbench/tokens/<int:pk>/revoke/", tokens.RevokeToken.as_view(), name="token-revoke"),
    path("workbench/organisation/", organisations.organisation_detail, name="organisation-detail"),
    path("workbench/organisation/new/", organisations.CreateOrganisation.as_view(), name="organisation-create"),
    path("workbench/organisation/change/", organisations.ChangeOrganisation.as_view(), name="organisation-change"),
    path("workbench/organisation/invite/", members.InviteMember.as_view(), name="invitation-create"),
    path("workbench/members/<int:pk>/role/", members.ChangeRole.as_view(), name="member-role"),
    path("workbench/members/<int:pk>/deactivate/", members.DeactivateMember.as_view(), name="member-deactivate"),
    path("workbench/members/<int:pk>/reactivate/", members.ReactivateMember.as_view(), name="member-reactivate"),
    path("workbench/invitations/<int:pk>/resend/", members.ResendInvitation.as_view(), name="invitation-resend"),
    path("workbench/invitations/<int:pk>/withdraw/", members.WithdrawInvitation.as_view(), name="invitation-withdraw"),
    path("session/", sessions.session_state, name="session-state"),
    path("session/stay/", sessions.stay_signed_in, name="session-stay"),
    path("session/again/", sessions.signed_in_again, name="session-again"),
    path("invitations/<str:token>/", members.AcceptInvitation.as_view(), name="invitation-accept"),
]
