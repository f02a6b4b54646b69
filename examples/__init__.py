"""Examples that run as they stand from the root of a checkout.

A regular package, because a namespace package would lose to any installed package `examples`.
"""
