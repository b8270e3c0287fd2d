from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, calendar, clock, numbers, outbox
from marketplace.tendering.models import Award, WorkRequest

from .. import notices, text
from ..models import Contract, ContractText, Milestone
from ..policy import ContractingPolicy

LAPSE = "contracting.lapse"


@transaction.atomic
def prepare_contract(*, award_id: int) -> Contract | None:
    """
    Draft the contract of a confirmed award, with one milestone for all of it; the owner then proposes its terms.

    Safe to run again: an award has one live contract. Nothing is drafted for an award that has ended meanwhile.
    """
    work_request = WorkRequest.objects.locked().get(awards=award_id)
    award = Award.objects.select_related("intermediary__organisation").get(pk=award_id)
    if existing := Contract.objects.live().filter(award=award).first():
        return existing
    if award.state != Award.State.CONFIRMED or award.confirmed_at is None or award.sign_by is None:
        return None
    rules = ContractingPolicy.of(work_request.policy_version)
    starts_on = calendar.working_day_after(clock.date_of(award.sign_by), 1)
    contract = Contract.objects.create(
        number=numbers.next_number("HT"),
        award=award,
        owner=work_request.owner,
        intermediary=award.intermediary.organisation,
        title=work_request.title,
        price=award.price,
        policy_version=rules.version,
        service_starts_on=starts_on,
        service_ends_on=calendar.working_day_after(starts_on, award.days),
        turn_since=award.confirmed_at,
        created_at=clock.now(),
    )
    contract.items.set(work_request.items.all())
    milestone = Milestone.objects.create(
        contract=contract,
        position=1,
        title="提交全部成果",
        percent=100,
        amount=contract.price,
        due_on=contract.service_ends_on,
    )
    share = text.Share(milestone.title, milestone.percent, milestone.amount, milestone.due_on)
    body = text.compose(contract, shares=[share], version=1, policy=rules)
    ContractText.objects.create(
        contract=contract,
        version=1,
        template=text.TEMPLATE,
        body=body,
        sha256=text.digest(body),
        created_at=clock.now(),
    )
    outbox.schedule(LAPSE, f"{contract.pk}:{award.sign_by.isoformat()}", award.sign_by, {"contract_id": contract.pk})
    audit.record(
        matter=contract.audit_matter,
        action="prepared",
        actor=None,
        after={"award": award.pk, "price": str(contract.price), "sign_due_at": contract.sign_due_at.isoformat()},
    )
    notices.tell(
        contract.owner,
        contract,
        "prepared",
        at=("contracting:terms-propose", contract.number),
        turn="terms",
        subject=_("Propose the terms of contract %(number)s"),
        body=_("The award of “%(title)s” stands. Propose milestones and dates, so that both sides can sign in time."),
    )
    notices.tell(
        contract.intermediary,
        contract,
        "prepared",
        subject=_("Contract %(number)s is being drafted"),
        body=_("%(owner)s proposes the terms of “%(title)s” now. You will be asked to agree and to sign."),
    )
    return contract
