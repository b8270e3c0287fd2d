from .intermediary import Intermediary, Suspension
from .particulars import Offer, Practitioner, Qualification
from .registration import Registration, RegistrationCheck

__all__ = [
    "Intermediary",
    "Offer",
    "Practitioner",
    "Qualification",
    "Registration",
    "RegistrationCheck",
    "Suspension",
]
