"""The commands of `voiturier`, one file a noun: `add_to(subparsers)`, then what each does.

Never here: what all of them share (tools.py), what they say (words.py), reading the command line
as a whole (cli.py).
"""
