"""The 2016 way, for comparison: a Flask-RESTX resource over SQLAlchemy and SQLite. On every GET it queries, marshals,
dumps and hashes, and compares the hash with If-None-Match.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_restx import Api, Resource, fields, marshal
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Session, joinedload, relationship, sessionmaker
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    """Declarative base."""


speakers_sessions = Table(
    "speakers_sessions",
    Base.metadata,
    Column("speaker_id", ForeignKey("speaker.id")),
    Column("session_id", ForeignKey("session.id")),
)


class Track(Base):
    __tablename__ = "track"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Speaker(Base):
    __tablename__ = "speaker"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Talk(Base):
    """A session."""

    __tablename__ = "session"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    short_abstract = Column(Text)
    long_abstract = Column(Text)
    language = Column(String)
    level = Column(String)
    state = Column(String)
    starts_at = Column(String)
    ends_at = Column(String)
    track_id = Column(ForeignKey("track.id"))
    track = relationship(Track)
    speakers = relationship(Speaker, secondary=speakers_sessions)


NAMED = {"id": fields.Integer, "name": fields.String}
SHAPE = {
    "id": fields.Integer,
    **dict.fromkeys(("title", "short_abstract", "long_abstract", "language", "level", "state"), fields.String),
    "starts_at": fields.String,
    "ends_at": fields.String,
    "track": fields.Nested(NAMED),
    "speakers": fields.List(fields.Nested(NAMED)),
}


def marshalled(talk: Talk) -> Any:
    """Returns a row as Flask-RESTX marshals it."""
    return marshal(talk, SHAPE)


def row_by_hand(talk: Talk) -> dict[str, Any]:
    """Returns a row as a plain dictionary, which is the fastest form of the 2016 way."""
    plain = ("id", "title", "short_abstract", "long_abstract", "language", "level", "state", "starts_at", "ends_at")
    return {
        **{name: getattr(talk, name) for name in plain},
        "track": {"id": talk.track.id, "name": talk.track.name},
        "speakers": [{"id": speaker.id, "name": speaker.name} for speaker in talk.speakers],
    }


def server(
    sessions: list[dict[str, Any]], shape: Callable[[Talk], Any] = marshalled
) -> Callable[[str | None], tuple[int, str, int]]:
    """Returns a function that answers a GET of the list: (If-None-Match) -> status, ETag, bytes of the body."""
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    make = sessionmaker(engine)
    with make() as db:
        _fill(db, sessions)
    app = Flask("way-2016")
    api = Api(app)

    @api.route("/sessions")
    class Sessions(Resource):  # type: ignore[misc]
        """The list."""

        def get(self) -> Response:
            """Queries, marshals, dumps and hashes; then answers 304 or 200."""
            with make() as db:
                query = db.query(Talk).options(joinedload(Talk.track), joinedload(Talk.speakers)).order_by(Talk.id)
                body = json.dumps([shape(talk) for talk in query.all()])
            tag = hashlib.md5(body.encode()).hexdigest()
            if request.headers.get("If-None-Match") == tag:
                return Response(status=304, headers={"ETag": tag})
            return Response(body, headers={"ETag": tag}, mimetype="application/json")

    client = app.test_client()

    def get(tag: str | None) -> tuple[int, str, int]:
        answer = client.get("/sessions", headers={"If-None-Match": tag} if tag else {})
        return answer.status_code, answer.headers["ETag"], len(answer.data)

    return get


def _fill(db: Session, sessions: list[dict[str, Any]]) -> None:
    tracks = [Track(name=f"Track {n}") for n in range(10)]
    speakers = [Speaker(name=f"Speaker {n}") for n in range(200)]
    names = ("title", "short_abstract", "long_abstract", "language", "level", "state", "starts_at", "ends_at")
    for number, one in enumerate(sessions):
        chosen = {name: one[name] for name in names}
        who = [speakers[number % 200], speakers[(number * 7) % 200]]
        db.add(Talk(**chosen, track=tracks[number % 10], speakers=list({id(s): s for s in who}.values())))
    db.commit()
