"""The identities of many boxes in one encrypted file, each for one board."""
