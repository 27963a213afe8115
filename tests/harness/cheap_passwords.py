"""Makes password hashes cheap: a real one takes half a second of CPU by design, and tests sign in a thousand times.
`python -m tests.harness.cheap_passwords` runs `python -m local` with them.
"""

from chalicelib.accounts.adapters import argon2 as passwords


def use() -> None:
    """Makes password hashes cheap in this process from now on."""
    passwords.MEMORY_KIB, passwords.ROUNDS = 8, 1


if __name__ == "__main__":
    from local.__main__ import main

    use()
    main(prog_name="python -m local")
