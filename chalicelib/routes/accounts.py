"""Accounts: opening one, signing in and out, and /me."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import encode
from chalicelib.representations.read import Found

routes = Routes(__name__)
SIGNED_IN, ACCOUNT = "accounts.domain.account:SignedIn", "accounts.domain.account:Account"


@routes.post(
    "/v1/auth/sign-up",
    Contract(
        "Open an account",
        body="accounts.domain.account:SignUpForm",
        creates=True,
        secret=True,
        result=SIGNED_IN,
        status=201,
    ),
)
def sign_up(request: Request) -> Answer:
    """Open an account and sign in; a verification link is mailed."""
    services = bootstrap.services()
    signed_in = services.accounts.sign_in.sign_up(
        request.body,
        new_id=request.resource_id,
        source=request.visitor,
        accept_language=request.header("accept-language"),
    )
    return Answer(encode(signed_in), 201, {"Location": "/api/v1/me"})


@routes.post("/v1/auth/sign-in", Contract("Sign in", body="accounts.domain.account:SignInForm", result=SIGNED_IN))
def sign_in(request: Request) -> Answer:
    """Sign in with address and password."""
    return Answer(encode(bootstrap.services().accounts.sign_in.sign_in(request.body, source=request.visitor)))


@routes.post(
    "/v1/auth/refresh",
    Contract("Exchange a refresh token", body="accounts.domain.account:RefreshToken", result=SIGNED_IN),
)
def refresh(request: Request) -> Answer:
    """New tokens for a refresh token, which is used up."""
    return Answer(encode(bootstrap.services().accounts.sign_in.refresh(request.body.refresh_token)))


@routes.post("/v1/auth/sign-out", Contract("Sign out", body="accounts.domain.account:RefreshToken", status=204))
def sign_out(request: Request) -> Answer:
    """End the sign-in that a refresh token belongs to."""
    services = bootstrap.services()
    services.accounts.sign_in.sign_out(request.body.refresh_token)
    services.accounts.authorise.forget_sign_in(request.body.refresh_token.partition(".")[0])
    return Answer(status=204)


@routes.post(
    "/v1/auth/verify", Contract("Prove an e-mail address", body="accounts.domain.account:OneTimeToken", status=204)
)
def verify_address(request: Request) -> Answer:
    """Prove an address by the token mailed to it."""
    bootstrap.services().accounts.verify_address.verify_address(request.body.token)
    return Answer(status=204)


@routes.post(
    "/v1/auth/password/forgot",
    Contract("Ask for a password reset link", body="accounts.domain.account:ForgottenPassword", status=202),
)
def forget_password(request: Request) -> Answer:
    """Mail a reset link; the answer is the same whether the address has an account or not."""
    bootstrap.services().accounts.recover_password.forget_password(request.body.email, source=request.visitor)
    return Answer("{}", 202)


@routes.post(
    "/v1/auth/password/reset", Contract("Set a new password", body="accounts.domain.account:PasswordReset", status=204)
)
def reset_password(request: Request) -> Answer:
    """A new password by a mailed token; every sign-in ends."""
    bootstrap.services().accounts.recover_password.reset_password(request.body)
    return Answer(status=204)


@routes.get("/v1/me", Contract("Read one's account", auth="required", result=ACCOUNT))
def read_account(request: Request) -> Answer:
    """The caller's account."""
    stored = bootstrap.services().accounts.profile.read_account(request.caller)
    return conditional(request, Found.made(stored.etag, stored.body), View.ALL)


@routes.patch(
    "/v1/me",
    Contract(
        "Change one's account by merge patch",
        auth="required",
        body="accounts.domain.account:AccountFields",
        patch=True,
        if_match=True,
        result=ACCOUNT,
    ),
)
def update_account(request: Request) -> Answer:
    """Change the caller's name, or the language of what they are told."""
    match = parse_match(request.header("if-match"))
    stored = bootstrap.services().accounts.profile.update_account(request.json, caller=request.caller, match=match)
    return changed(stored.body, stored.etag)


@routes.get(
    "/v1/me/roles", Contract("List one's roles", auth="required", result="api.schemas.people:HeldRole", many=True)
)
def list_roles(request: Request) -> Answer:
    """The caller's roles, an event each."""
    return conditional(request, bootstrap.services().accounts.profile.list_roles(request.caller), View.ALL)
