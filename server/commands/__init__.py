"""The commands of `voiturier`, one file a noun: `add_to(subparsers)`, and what they do."""
