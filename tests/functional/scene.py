from dataclasses import dataclass, field

from django.core.management import call_command

from marketplace.accounts.console import sync_console_access
from marketplace.core import clock, outbox
from marketplace.tendering import services as tendering
from tests.factories.accounts import (
    InvitationFactory,
    MembershipFactory,
    NoticeFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.factories.catalogue import RegulationFactory, ServiceItemFactory
from tests.factories.contracting import ContractFactory, PaymentFactory, pdf
from tests.factories.credit import ConductEventFactory, CreditModelFactory
from tests.factories.evaluators import EvaluatorTieFactory
from tests.factories.registry import OfferFactory, RegistrationFactory, SuspensionFactory
from tests.factories.tendering import AttachmentFactory, QuestionFactory, WorkRequestFactory, member_of


@dataclass
class Scene:
    """One of everything that a route names, and a person of every role."""

    people: dict = field(default_factory=dict)
    things: dict = field(default_factory=dict)


def set_scene() -> Scene:
    """
    An owner with a draft, a published request, an opened one and a contract; a firm that took part; strangers.

    People: `anonymous`, `stranger` (of no organisation), `rival` (another enterprise), `reader` (of the owner, reads
    only), `owner`, `firm` (the intermediary that bid and won), `regulator`, `operator`.
    """
    regulation = RegulationFactory()
    call_command("load_pages", verbosity=0)
    CreditModelFactory()
    item = ServiceItemFactory()
    draft = WorkRequestFactory(items=[item])
    owner = draft.owner
    attachment = AttachmentFactory(work_request=draft)
    review = WorkRequestFactory(owner=owner, under_review=True, items=[item])
    published = WorkRequestFactory(owner=owner, published=True, items=[item])
    question = QuestionFactory(work_request=published)
    opened = WorkRequestFactory(owner=owner, bidders=2, lowest_price=True, opened=True, items=[item])
    award = opened.awards.live().get()
    loser = opened.firms[0]
    contract = ContractFactory(delivered=True, owner=owner, items=[item])
    firm = contract.award.intermediary
    payment = PaymentFactory(contract=contract)
    deliverable = contract.milestones.get(position=1).deliverables.get()
    offer = OfferFactory(intermediary=firm, item=item)
    registration = RegistrationFactory(intermediary__organisation=OrganisationFactory(intermediary=True))
    applicant = member_of(registration.intermediary.organisation)
    owner_user, firm_user = member_of(owner), member_of(firm.organisation)
    regulator = MembershipFactory(regulator=True).user
    operator = MembershipFactory(operator=True).user
    for person in (regulator, operator):
        sync_console_access(person)
    membership = owner.memberships.get(user=owner_user)
    filed = RegistrationFactory(filed=True, intermediary__under_review=True, intermediary__draft=False)
    objection = tendering.submit_objection(
        award_id=award.pk,
        intermediary=loser,
        ground="eligibility",
        statement="资质已到期。",
        actor=member_of(loser.organisation),
        evidence=[pdf("证据.pdf")],
    )
    tie = EvaluatorTieFactory()
    return Scene(
        people={
            "anonymous": None,
            "stranger": UserFactory(),
            "rival": MembershipFactory(organisation=OrganisationFactory()).user,
            "reader": MembershipFactory(organisation=owner, reader=True).user,
            "owner": owner_user,
            "firm": firm_user,
            "applicant": applicant,
            "regulator": regulator,
            "operator": operator,
        },
        things={
            "draft": draft,
            "review": review,
            "published": published,
            "opened": opened,
            "evidence": objection.evidence.get(),
            "regulation": regulation,
            "attachment": attachment,
            "question": question,
            "contract": contract,
            "deliverable": deliverable,
            "payment": payment,
            "item": item,
            "firm": firm,
            "offer": offer,
            "registration": registration,
            "filed": filed,
            "suspension": SuspensionFactory(intermediary=firm),
            "event": ConductEventFactory(subject=firm.organisation),
            "invitation": InvitationFactory(organisation=owner),
            "membership": membership,
            "notice": NoticeFactory(user=owner_user, organisation=owner),
            "tie": tie,
            "stuck": outbox.schedule("nobody.knows", "1", clock.now()),
            "evaluator": tie.evaluator,
            "file": deliverable.files.first(),
        },
    )
