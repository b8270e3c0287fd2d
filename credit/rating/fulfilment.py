from collections import defaultdict
from datetime import date
from decimal import Decimal

from .component import Component, Row
from .history import Contract, History, Step
from .model import FulfilmentRule
from .windows import within

ONE, KEPT, NOT_KEPT = Decimal(1), Decimal(100), Decimal(0)


def fulfilment_component(history: History, rule: FulfilmentRule, as_of: date) -> Component:
    """The fulfilment of a day. Runs inside the rating's decimal context."""
    youngest = youngest_contracts(history, rule.contracts_per_client, as_of)
    counted = [
        step
        for step in history.steps
        if step.own
        and (step.client, step.contract) in youngest
        and step.known_on(as_of)
        and within(as_of, step.due_on, rule.window_months)
    ]
    counted.sort(key=lambda step: (step.due_on, step.identifier))
    # The prior stands for some steps of middling conduct: without it a firm's first kept step would be 100, its first
    # missed one 0.
    total_weight = rule.prior_weight + len(counted)
    total = rule.prior_weight * rule.prior_mean + sum(KEPT for step in counted if step.kept)
    effects = {value: rule.weight * (value - rule.prior_mean) / total_weight for value in (KEPT, NOT_KEPT)}

    rows = [Row("prior", None, rule.prior_weight, rule.prior_mean)]
    for step in counted:
        value = KEPT if step.kept else NOT_KEPT
        rows.append(Row(step.identifier, step.due_on, ONE, value, effects[value], step))
    return Component("fulfilment", rule.weight, total / total_weight, rule.prior_mean, tuple(rows))


def youngest_contracts(history: History, per_client: int, as_of: date) -> set[tuple[str, str]]:
    """(client, contract) of each client's youngest contracts dated up to the day, whether or not their steps count."""
    dated: defaultdict[str, dict[str, date]] = defaultdict(dict)
    row: Contract | Step
    for row in history.contracts:
        if row.known_on(as_of) and row.dated_on <= as_of:
            dated[row.client][row.number] = row.dated_on
    # Contracts first: a step that knows an earlier date for the same contract must not make it younger or older.
    engaged = {(client, number) for client, contracts in dated.items() for number in contracts}
    for row in history.steps:
        if (row.client, row.contract) in engaged or row.contract_on > as_of or not row.known_on(as_of):
            continue
        known = dated[row.client].get(row.contract, row.contract_on)
        dated[row.client][row.contract] = min(known, row.contract_on)
    return {
        (client, number)
        for client, contracts in dated.items()
        # Whether or not their steps count: else a client's fourth contract would come back in as older steps leave.
        for number in sorted(contracts, key=lambda number: (contracts[number], number), reverse=True)[:per_client]
    }
