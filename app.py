"""THE MAP: the Chalice application, its blueprints, and every trigger that is not HTTP.

Triggers stand here because Chalice exports broken handlers from blueprints (docs/platform.md). Nothing is decided in
this file: routes are in chalicelib/routes, reactions in chalicelib/reactions.py.
"""

from chalice.app import Chalice

from chalicelib import bootstrap
from chalicelib.domain.kinds import LISTS
from chalicelib.routes import accounts, events, resources

app = Chalice(app_name="marquee")
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
settings = bootstrap.services().config

app.register_blueprint(accounts.routes)
app.register_blueprint(events.routes)
for kind in LISTS:
    app.register_blueprint(resources.routes_for(kind))
