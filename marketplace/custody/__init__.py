"""
A custodian as a process of its own (RULES, Custody): it holds one side's halves and gives each up once.

`messages` is what both sides sign, `vault` the rules with their own database, `server` and `client` the way between.
It shares neither database nor key file with the market, and runs on another machine in production.
"""
