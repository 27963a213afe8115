"""Access tokens: JWT, signed with HS256 by PyJWT. Port `Tokens`.

Each key has an id. The first key signs and all of them verify, so that keys can be rotated (RFC 7519, RFC 8725).
"""

import jwt

from chalicelib.core.errors import Unauthenticated
from chalicelib.core.principal import Principal

ACCESS_SECONDS = 15 * 60
LEEWAY_SECONDS = 30
_AUDIENCE = "marquee-api"


class AccessTokens:
    """Issues and verifies access tokens for one deployment."""

    def __init__(self, keys: dict[str, str], issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    def issue_token(self, principal: Principal, *, now: float) -> tuple[str, int]:
        kid, secret = next(iter(self._keys.items()))
        issued = int(now)
        claims = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": principal.user_id,
            "sid": principal.sign_in_id,
            "iat": issued,
            "exp": issued + ACCESS_SECONDS,
            "typ": "access",
        }
        return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid}), ACCESS_SECONDS

    def verify_token(self, token: str, *, now: float) -> Principal:
        """Returns the user and sign-in of the token. Raises Unauthenticated, with the same words whatever is wrong."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(
                token,
                self._keys.get(str(kid), ""),
                algorithms=["HS256"],
                audience=_AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": True},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated("The access token is not valid.") from None
        if kid not in self._keys or claims.get("typ") != "access" or claims["exp"] + LEEWAY_SECONDS < now:
            raise Unauthenticated("The access token is not valid.")
        return Principal(str(claims["sub"]), str(claims["sid"]))
