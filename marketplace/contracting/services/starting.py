from django.db import transaction

from .. import permissions
from ..models import Contract
from . import handover
from .locking import lock_contract


@transaction.atomic
def start_service(*, contract_id: int) -> Contract:
    """Tell the request that the service has begun, on its first day; due work, safe to run again."""
    contract, _seat = lock_contract(None, pk=contract_id)
    if permissions.in_service(contract):
        handover.service_started(contract)
    return contract
