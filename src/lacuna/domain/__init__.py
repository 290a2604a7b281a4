"""The rules, free of I/O: standard library only, frozen values, no clock, randomness, logging or async.

Facts come in, a decision goes out; the caller fetches and stores.
"""
