from django.urls import path

from .views import members, notices, organisations, profile, sessions, workbench

app_name = "accounts"

urlpatterns = [
    path("workbench/", workbench.workbench, name="workbench"),
    path("workbench/matters/", workbench.matter_list, {"finished": False}, name="matter-list"),
    path("workbench/history/", workbench.matter_list, {"finished": True}, name="history"),
    path("workbench/switch/", workbench.switch_organisation, name="switch-organisation"),
    path("workbench/notices/", notices.notice_list, name="notice-list"),
    path("workbench/notices/read/", notices.mark_all_read, name="notices-read"),
    path("workbench/notices/<int:pk>/", notices.open_notice, name="notice-open"),
    path("workbench/me/", profile.change_profile, name="profile"),
    path("workbench/organisation/", organisations.organisation_detail, name="organisation-detail"),
    path("workbench/organisation/new/", organisations.create_organisation, name="organisation-create"),
    path("workbench/organisation/change/", organisations.change_organisation, name="organisation-change"),
    path("workbench/organisation/invite/", members.invite_member, name="invitation-create"),
    path("workbench/members/<int:pk>/role/", members.change_role, name="member-role"),
    path("workbench/members/<int:pk>/deactivate/", members.deactivate_member, name="member-deactivate"),
    path("workbench/members/<int:pk>/reactivate/", members.reactivate_member, name="member-reactivate"),
    path("workbench/invitations/<int:pk>/resend/", members.resend_invitation, name="invitation-resend"),
    path("workbench/invitations/<int:pk>/withdraw/", members.withdraw_invitation, name="invitation-withdraw"),
    path("session/", sessions.session_state, name="session-state"),
    path("session/stay/", sessions.stay_signed_in, name="session-stay"),
    path("session/again/", sessions.signed_in_again, name="session-again"),
    path("invitations/<str:token>/", members.accept_invitation, name="invitation-accept"),
]
