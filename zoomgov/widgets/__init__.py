"""Widgets that several pages use. They draw and post messages; pages decide what follows."""
