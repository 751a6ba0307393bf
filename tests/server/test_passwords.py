"""Passwords."""

from server.passwords import hash_password, verify_password


def test_a_password_is_recognised_and_another_is_not() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$") and "correct" not in stored
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "Correct horse")


def test_an_account_without_password_accepts_none() -> None:
    assert not verify_password(None, "")
    assert not verify_password(None, "anything")


def test_a_damaged_hash_accepts_nothing() -> None:
    assert not verify_password("$argon2id$broken", "anything")
