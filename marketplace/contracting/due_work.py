"""What a contract's clocks set off; each row holds an id, and the service looks at what is true then."""

from marketplace.core import outbox
from marketplace.core.models import DueWork

from .services.accepting import remind_of_acceptance
from .services.delivering import ACCEPTANCE_DUE, note_late_delivery
from .services.lapsing import lapse_contract
from .services.preparing import LAPSE
from .services.signing import DELIVERY_DUE, START_SERVICE
from .services.starting import start_service


@outbox.handler(LAPSE)
def lapse(work: DueWork) -> None:
    lapse_contract(contract_id=work.payload["contract_id"])


@outbox.handler(START_SERVICE)
def start(work: DueWork) -> None:
    start_service(contract_id=int(work.key))


@outbox.handler(DELIVERY_DUE)
def delivery_due(work: DueWork) -> None:
    note_late_delivery(milestone_id=int(work.key))


@outbox.handler(ACCEPTANCE_DUE)
def acceptance_due(work: DueWork) -> None:
    remind_of_acceptance(deliverable_id=int(work.key))
