"""A complete filing, for tests that need one: `complete(registration)` enters every step through the services."""

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.registry import services
from marketplace.registry.models import Registration
from tests.factories.accounts import DistrictFactory, MembershipFactory, OrganisationFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.credit import CreditModelFactory

PDF = b"%PDF-1.7\n%%EOF\n"


def pdf(name="licence.pdf"):
    return SimpleUploadedFile(name, PDF, "application/pdf")


def regulator(**fields):
    """A person of an authority."""
    return MembershipFactory(regulator=True, **fields).user


def draft(**fields):
    """A draft of a new firm and the person who enters it."""
    membership = MembershipFactory(organisation=OrganisationFactory(intermediary=True, **fields))
    registration = services.start_registration(organisation=membership.organisation, actor=membership.user)
    return registration, membership.user


def steps_for(item, *, number="苏环评 2026-001", licence_no="BH000001"):
    """The data of every step but the documents."""
    return {
        "particulars": {
            "name_zh": "常州乌有环保咨询有限公司",
            "legal_representative": "李某",
            "district": DistrictFactory().pk,
            "address": "常州市新北区太湖东路 9 号",
            "phone": "0519-85680000",
        },
        "holders": {"rows": [{"name": "王某", "share_percent": "60"}]},
        "documents": {"authorised_person": "周某"},
        "qualifications": {
            "rows": [
                {
                    "qualification_type": str(item.qualification_type_id),
                    "level": "甲级",
                    "number": number,
                    "issuer": "生态环境部",
                    "valid_from": "2024-01-01",
                    "valid_to": "2028-05-31",
                }
            ]
        },
        "practitioners": {
            "rows": [{"name": "林某", "licence_type": "环境影响评价工程师", "licence_no": licence_no, "valid_to": ""}]
        },
        "offers": {"rows": [{"item": item.code, "pricing": "fixed", "amount": "156864", "days": "30"}]},
        "commitment": {"agreed": True},
    }


def complete(registration, actor, item=None, **values):
    """Enter every step of a registration."""
    CreditModelFactory()
    item = item or ServiceItemFactory()
    for step, data in steps_for(item, **values).items():
        services.save_step(registration_id=registration.pk, step=step, data=data, actor=actor)
    for document in services.DOCUMENTS:
        services.attach_document(registration_id=registration.pk, document=document, upload=pdf(), actor=actor)
    return Registration.objects.get(pk=registration.pk)


def filed(item=None, **values):
    """A complete first registration that has been filed, and who filed it."""
    registration, actor = draft()
    complete(registration, actor, item, **values)
    services.file_registration(registration_id=registration.pk, actor=actor)
    return Registration.objects.get(pk=registration.pk), actor


def findings(registration, **reasons):
    """Every item in order, but those named: `qualifications="…"` returns the first of its rows."""
    from marketplace.registry.rules.filing import items_to_check

    found = dict.fromkeys(items_to_check(registration.payload), "")
    for step, reason in reasons.items():
        found[next(item for item in found if item.split(".")[0] == step)] = reason
    return found


def passed(item=None, **values):
    """A listed firm whose registration has passed, its person, and the regulator."""
    registration, actor = filed(item, **values)
    officer = regulator()
    services.check_items(registration_id=registration.pk, findings=findings(registration), actor=officer)
    services.pass_registration(registration_id=registration.pk, actor=officer)
    registration = Registration.objects.select_related("intermediary__organisation").get(pk=registration.pk)
    return registration.intermediary, actor, officer
