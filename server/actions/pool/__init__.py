"""What people do with the pool itself: its cars, sites, equipment, groups; one file a noun.

Whoever changes a thing that somebody else has changed meanwhile is told, and nothing is done: a
request carries what was `seen` (fleet/pool `stamp`), or None from who did not look.
"""
