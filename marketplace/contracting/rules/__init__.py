"""The pure rules of contracts: no ORM, no clock, no I/O."""
