"""What the verification page says: the words of each step, filled in by the browser with what it recomputed."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def texts() -> dict[str, str]:
    """Sentences by their name in static/js/verify, in the reader's language; `{…}` is filled in."""
    return {**_verdicts(), **_differences(), **_steps(), **_facts(), **_orders(), **_tables(), **_receipts()}


def _verdicts() -> dict[str, str]:
    return {
        "working": _("Recomputing"),
        "working.text": _("The published numbers are being fetched and recomputed in your browser."),
        "right": _("It is right"),
        "right.text": _("This result was recomputed in your browser from {count} published numbers: it is right."),
        "right.failed": _(
            "This outcome was recomputed in your browser from {count} published numbers: the request had to fail, "
            "with {counted} of {fewest} bids needed."
        ),
        "right.voided": _(
            "The selection was voided and has no winner. What is published of it fits together: {count} numbers."
        ),
        "right.voided.title": _("It fits together"),
        "right.time": _("It took {ms} milliseconds; nothing was sent to the server."),
        "wrong": _("It is not right"),
        "wrong.text": _("Step {step} differs: “{title}” The steps after it were not computed."),
        "wrong.report": _(
            "Keep this file and show it to the regulator. Whoever published or passed it on changed something in it."
        ),
        "wrong.file": _("This is not a whole transcript"),
        "wrong.file.text": _(
            "Choose the JSON file that a result page offers, unchanged. If it is that file, something in it was left "
            "out or added: show it to the regulator."
        ),
        "unread": _("The transcript could not be fetched"),
        "unread.text": _("Try again, or download the transcript and use the script below."),
        "again": _("Recompute"),
        "match": _("Yes, it matches"),
        "differs": _("No, it differs"),
        "unchecked": _("Not checked"),
        "unneeded": _("Not needed"),
        "published": pgettext("value", "Published"),
        "computed": _("Recomputed"),
        "where": _("What differs"),
        "nothing": _("nothing"),
    }


def _differences() -> dict[str, str]:
    """What a step compared, by the key of the transcript."""
    return {
        "differs.announcement": _("Parts of the announcement"),
        "differs.announcement_hash": _("Hash of the announcement"),
        "differs.number": _("Number of the request"),
        "differs.version": _("Version of the request"),
        "differs.method": _("Selection method"),
        "differs.parameters": _("Parameters of the method"),
        "differs.fewest_bids": _("How many bids are needed"),
        "differs.secrets": _("The two secrets"),
        "differs.commitments.operator": _("Fingerprint of the operator's secret"),
        "differs.commitments.regulator": _("Fingerprint of the regulator's secret"),
        "differs.list_hash": _("Hash of the list"),
        "differs.candidates": _("Bids that count"),
        "differs.ciphertexts": _("Bids received"),
        "differs.set_aside": _("Bids set aside"),
        "differs.days": _("Promised time of {of}"),
        "differs.nonce": _("Random number of {of}"),
        "differs.price": _("Price of {of}"),
        "differs.score": _("Score of {of}"),
        "differs.public_value": _("Public value"),
        "differs.seed": _("Seed"),
        "differs.coefficient": _("Coefficient of the benchmark"),
        "differs.marks": _("Marks of {of}"),
        "differs.ranking": _("Place {of} of the order"),
        "differs.winner": _("Winner"),
        "differs.reserves": _("Reserves"),
        "differs.decided_by": _("Who decided"),
        "differs.form": _("Form of the file"),
    }


def _steps() -> dict[str, str]:
    return {
        "step.file": _("Is it a transcript?"),
        "step.file.why": _("The file must be JSON with exactly the keys of a transcript."),
        "step.announcement": _("Is the announcement the one that was published?"),
        "step.announcement.why": _(
            "Number, method, parameters, limits, deadline and commitments, hashed together. The same hash has stood on "
            "the request's page and in every receipt since the publication."
        ),
        "step.commitments": _("Are the two secrets the ones fixed at publication?"),
        "step.commitments.why": _(
            "Operator and regulator each drew a secret before the first bid and published only its fingerprint. "
            "The fingerprint of each secret revealed now must be the one announced then."
        ),
        "step.commitments.direct": _("In a direct selection no chance takes part: there are no secrets."),
        "step.list": _("Is the list of bids the one that was frozen at the opening?"),
        "step.list.title": _("Is the list of firms the one that was published?"),
        "step.list.why": _(
            "Bids received: {received}. Counted: {counted}, replaced by their own firm: {replaced}, "
            "withdrawn: {withdrawn}, set aside: {set_aside}. One hash binds them all."
        ),
        "step.list.direct": _("Firms whose offers meet the conditions: {candidates}. One hash binds them all."),
        "step.seed": _("Was the chance made by everybody together?"),
        "step.seed.why": _(
            "The seed is the hash of both secrets, the announcement, the list and the random numbers of all bidders "
            "({nonces}). Nobody could know it before the list was frozen."
        ),
        "step.seed.public": _("It also holds a value that the world published after the list was frozen."),
        "step.seed.direct": _("A direct selection has no seed: nothing in it is left to chance."),
        "step.seed.voided": _("There is none: a secret was lost or is not the one that was fixed at publication."),
        "step.order": _("Does the announced rule give this order?"),
        "step.winner": _("Are winner and reserves the first of that order?"),
        "step.winner.why": _("The first wins, the next two are reserves."),
        "step.winner.none": _("Without an order there is neither winner nor reserve."),
        "step.winner.salt": _(
            "Names are not published here. The winner's id is the fingerprint of a salt, which its bid brought, and "
            "its code."
        ),
        "step.winner.owner": _("The owner picked, and gave the reason: {reason}"),
        "step.signature": _("Did the market sign this very file?"),
        "step.signature.why": _(
            "The signature covers every character, also the parts that explain and that no hash binds."
        ),
        "step.signature.none": _("No signature was given. Everything above was checked without it."),
    }


def _facts() -> dict[str, str]:
    return {
        "fact.announcement": _("Announcement hash"),
        "fact.secret.operator": _("Operator's secret"),
        "fact.secret.regulator": _("Regulator's secret"),
        "fact.fingerprint": _("Its fingerprint"),
        "fact.promised": _("Announced was"),
        "fact.lost": _("lost"),
        "fact.list": _("List hash"),
        "fact.seed": _("Seed"),
        "fact.value": _("Public value"),
        "fact.key": _("The market's key"),
        "fact.signature": _("Signature"),
        "fact.code": _("The winner's code"),
        "fact.salt": _("Salt"),
        "fact.winner": _("Winner"),
        "fact.reserve": _("Reserve {place}"),
    }


def _orders() -> dict[str, str]:
    return {
        "order.failed": _("{counted} bids counted, {fewest} were needed: the request fails and nothing is ranked."),
        "order.voided": _("The selection was voided, and nothing is ranked. Reason: {reason}"),
        "order.direct": _("The owner picks among the firms that meet the conditions; the others follow by code."),
        "order.random_draw": _(
            "The seed gives every firm one number, by HMAC-SHA256 of “draw:code”. The smallest comes first; price and "
            "score play no part."
        ),
        "order.lowest_price": _("The lowest price comes first. Equal prices are ordered by a number from the seed."),
        "order.benchmark_price": _(
            "The seed drew {coefficient} %. The mean of {bids} prices (sum {sum}) × {coefficient} % is the benchmark: "
            "{benchmark}. The nearest price comes first."
        ),
        "order.trimmed.lowest": _("Set aside as the lowest of six or more: {price}, {id}"),
        "order.trimmed.highest": _("Set aside as the highest of six or more: {price}, {id}"),
        "order.credit_preferred": _(
            "Long list: the best scores, at most {long}. They are drawn one by one; the higher the score, the better "
            "the chance. Short list: the first drawn, at most {short}. The owner may pick from it, else the first "
            "drawn wins."
        ),
        "order.best_proposal": _(
            "Total = price × {price} % + time × {time} % + proposal × {proposal} % + credit × {credit} %, exact, then "
            "rounded to four decimals. The highest comes first."
        ),
        "order.evaluators": _(
            "The seed puts the pool of evaluators into this order: {numbers}. The first {wanted} without a tie mark."
        ),
    }


def _tables() -> dict[str, str]:
    return {
        "table.place": _("Place"),
        "table.drawn": _("Drawn"),
        "table.firm": pgettext("table", "Firm"),
        "table.value": _("Number from the seed (first 16 digits)"),
        "table.price": _("Price"),
        "table.distance": _("Distance from the benchmark"),
        "table.score": pgettext("credit", "Score"),
        "table.chance": _("Chance in its turn"),
        "table.time": _("Time"),
        "table.proposal": _("Proposal (marks)"),
        "table.credit": _("Credit"),
        "table.total": _("Total"),
        "table.result": pgettext("table", "Result"),
        "table.winner": _("Winner"),
        "table.reserve": _("Reserve {place}"),
        "table.short": _("Short list"),
        "table.rest": _("Show all {count}"),
    }


def _receipts() -> dict[str, str]:
    return {
        "receipt.in": _("Your bid is in the list. What became of it: {fate}."),
        "receipt.ranked": _("Your random number is part of the seed, and your place is {place}."),
        "receipt.announced": _("Your receipt names the same announcement hash."),
        "receipt.announced.not": _(
            "But your receipt names another announcement hash: it is of an earlier version, or something was changed."
        ),
        "receipt.missing": _(
            "Your receipt's bid is not in the list. If the receipt is for {number}, a bid was left out: keep it and "
            "show it to the regulator."
        ),
        "receipt.other": _("This receipt is not for {number}."),
        "receipt.unread": _("There is no receipt in this file: it holds no hash."),
        "receipt.first": _("Recompute a transcript first."),
        "fate.counted": _("it counted"),
        "fate.replaced": _("a later one of yours replaced it"),
        "fate.withdrawn": _("it was withdrawn"),
        "fate.set_aside": _("it was set aside"),
    }
