"""Rules of accounts: which password is good enough. Never here: who may do what (actions/)."""
