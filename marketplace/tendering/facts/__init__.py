"""
What the record says, in a fixed number of queries, and what the rules make of it.

A module gathers plain values for one subject and hands them to `rules`, which ask neither database nor clock.
"""
