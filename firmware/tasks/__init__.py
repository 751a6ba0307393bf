"""asyncio loops, each of which joins one driver to one piece of logic."""
