"""Commands of `voiturier`, a file for each noun: `add_to(subparsers, data)` and what they do.

Never here: what all of them share (shared.py), the parser that they are added to (cli.py).
"""
