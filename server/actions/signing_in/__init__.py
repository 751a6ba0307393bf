"""Signing in: links that are mailed, the second factor, the outbox that mail waits in.

Never here: passwords and sessions (actions/accounts.py), codes handed over (password_codes.py).
"""
