"""What the hash of a password costs outside of tests, and what the hashes of tests are."""

import subprocess
import sys

from chalicelib.accounts.adapters.argon2 import Argon2Passwords

COST = "$argon2id$v=19$m=65536,t=3,p=1$"
"""RFC 9106, section 4: the second recommended option."""


def test_hash_costs_what_the_rfc_recommends() -> None:
    program = (
        "from chalicelib.accounts.adapters.argon2 import Argon2Passwords\n"
        "print(Argon2Passwords().hash_password('engine'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(COST)


def test_hash_of_another_cost_stays_valid() -> None:
    older = "$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$weTNzlqiUs3SMdeKOyUGIAOqnp7GdpAzzWsS4iVVvF4"
    assert Argon2Passwords().matches(older, "engine")
    assert not Argon2Passwords().matches(older, "difference")


def test_no_password_matches_where_there_is_no_hash() -> None:
    assert not Argon2Passwords().matches(None, "engine")
