"""Widgets that several pages use.

Widgets draw and post messages; pages decide what follows.
"""
