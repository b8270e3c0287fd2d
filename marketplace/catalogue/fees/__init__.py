"""
Fee standards as pure functions: no ORM, no clock, no I/O.

A `Schedule` is read once from its published definition; `calculate` answers one question exactly, with its working.
"""

from .calculation import FeeCalculation, Step, calculate
from .errors import InvalidSchedule, UnableToCalculate
from .schedule import Coefficient, Parameter, Schedule, Variant

__all__ = [
    "Coefficient",
    "FeeCalculation",
    "InvalidSchedule",
    "Parameter",
    "Schedule",
    "Step",
    "UnableToCalculate",
    "Variant",
    "calculate",
]
