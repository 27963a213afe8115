"""What speakers read of their sessions: which words for which change, and user text that stays text."""

from datetime import datetime

import pytest

from chalicelib.content.services.speaker_messages import (
    MessageText,
    SessionSlot,
    mail,
    of_decision,
    of_schedule,
    of_submission,
)
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.texts import date_and_time, say

TEN = datetime(2027, 6, 11, 10)
"""Local time of the event."""
VALUES = {"session": "<strong>A &lt;b&gt;</strong>", "event": "E &amp; F"}


@pytest.mark.parametrize(
    ("slot", "title", "text", "more"),
    [
        (SessionSlot(TEN, "Hall", cancelled=True), "cancelled.title", "cancelled.text", {}),
        (SessionSlot(None, "Hall"), "unscheduled.title", "unscheduled.text", {}),
        (SessionSlot(TEN, "Hall <1>"), "moved.title", "moved.text", {"room": "Hall &lt;1&gt;"}),
        (SessionSlot(TEN, None), "moved.title", "moved.text_no_room", {"room": ""}),
    ],
    ids=["cancelled", "no time", "time and room", "time alone"],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_word_a_schedule_says_what_became_of_the_session(
    language: str, slot: SessionSlot, title: str, text: str, more: dict[str, str]
) -> None:
    values = {**VALUES, **more, **({"when": date_and_time(language, TEN)} if more else {})}
    assert of_schedule(language, slot, title="A <b>", event_name="E & F") == MessageText(
        say(language, title, {"session": "A <b>"}), f"<p>{say(language, text, values)}</p>", "moved.link"
    )


@pytest.mark.parametrize("action", [NotificationAction.SESSION_ACCEPTED, NotificationAction.SESSION_REJECTED])
def test_word_a_decision_quotes_what_staff_wrote_if_they_did(action: NotificationAction) -> None:
    text = f"<p>{say('en', f'{action.value}.text', VALUES)}</p>"
    silent = of_decision("en", action, title="A <b>", event_name="E & F")
    assert silent == MessageText(say("en", f"{action.value}.title", {"session": "A <b>"}), text, "decision.link")
    quoting = of_decision("en", action, title="A <b>", event_name="E & F", message="<p>Hi</p>")
    assert quoting.message == f"{text}<p>{say('en', 'decision.message')}</p><blockquote><p>Hi</p></blockquote>"


def test_word_a_submission_names_who_proposed_what() -> None:
    made = of_submission("en", title="A <b>", event_name="E & F", speaker="Ada <3")
    text = say("en", "submission.text", {**VALUES, "speaker": "Ada &lt;3"})
    assert made == MessageText(say("en", "submission.title", {"session": "A <b>"}), f"<p>{text}</p>", "submission.link")


def test_word_a_mail_says_the_same_as_text_and_html_with_a_button() -> None:
    made = mail("de", MessageText("Title", "<p>One &amp; two</p>", "decision.link"), url="https://m.example/x", key="k")
    label = say("de", "decision.link")
    assert (made.key, made.to, made.subject, made.language) == ("k", "", "Title", "de")
    assert made.text.endswith(f"\n\nOne & two\n\n{label}: https://m.example/x\n")
    assert made.html.endswith(f'<p>One &amp; two</p><p><a href="https://m.example/x">{label}</a></p>')
