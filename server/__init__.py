"""The Voiturier server: one aiohttp process, one SQLite file.

`app.py` puts the parts together; `cli.py` is what a person types.
"""
