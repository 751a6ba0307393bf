"""The commands of `voiturier`, one file a noun: `add_to(subparsers)`, then what each does.

Never here: reading the command line as a whole, telling mistakes (cli.py).
"""
