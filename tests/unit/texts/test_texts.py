"""The catalogue of texts: every language has every text, with the same variables; formats of money and dates."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from string import Formatter
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from chalicelib import texts as words
from chalicelib.accounts.domain.account import Language
from chalicelib.content.services import speaker_messages
from chalicelib.content.services.speaker_messages import SessionSlot
from chalicelib.notifications.domain.notification import GROUPED_SECONDS, NotificationAction, group_key
from chalicelib.notifications.services import compose
from chalicelib.orders.services import order_texts
from chalicelib.texts.fill import MissingVariable


def variables(text: words.Text) -> set[str]:
    forms = text.values() if isinstance(text, Mapping) else [text]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None} - {"count"}


def test_languages_are_those_an_account_may_choose() -> None:
    assert set(words.LANGUAGES) == set(get_args(Language))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_texts_of_a_language_are_those_of_all(language: str) -> None:
    texts, english = words.CATALOGUES[language], words.CATALOGUES["en"]
    assert list(texts) == list(english)
    assert {name: variables(text) for name, text in texts.items()} == {n: variables(t) for n, t in english.items()}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_texts_that_count_have_both_plural_forms(language: str) -> None:
    counting = [text for text in words.CATALOGUES[language].values() if isinstance(text, Mapping)]
    assert counting
    assert all(set(text) == {"one", "other"} for text in counting)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_words_of_orders_have_title_and_text(language: str) -> None:
    said = [one for one in vars(compose).values() if isinstance(one, order_texts.Words)]
    for one in [*said, *order_texts.DISPUTES.values(), order_texts.refunded(1)]:
        assert {f"{one.name}.title", f"{one.name}.text"} <= words.CATALOGUES[language].keys()
    assert all(f"group.{action.value}" in words.CATALOGUES[language] for action in GROUPED_SECONDS)


def test_say_missing_variable_is_refused() -> None:
    with pytest.raises(MissingVariable):
        words.say("en", "paid.title")


def test_say_unknown_language_is_english() -> None:
    assert words.say("tlh", "mail.hello") == "Hello,"


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "1 thing"),
        ("en", 2, "2 things"),
        ("en", 0, "0 things"),
        ("de", 1, "1 Neuigkeit"),
        ("de", 5, "5 Neuigkeiten"),
    ],
)
def test_say_count_chooses_the_plural_form(language: str, count: int, said: str) -> None:
    assert words.say(language, "digest.subject", count=count).startswith(said)


@pytest.mark.parametrize(
    ("language", "amount", "currency", "said"),
    [
        ("en", 123450, "EUR", "1,234.50 EUR"),
        ("de", 123450, "EUR", "1.234,50 EUR"),
        ("en", 2500, "JPY", "2,500 JPY"),
        ("de", 2500, "JPY", "2.500 JPY"),
        ("de", 1500, "KWD", "1,500 KWD"),
    ],
)
def test_sum_of_money_is_written_as_in_the_language(language: str, amount: int, currency: str, said: str) -> None:
    assert words.sum_of_money(language, amount, currency) == said


def test_date_and_time_is_written_as_in_the_language_and_names_its_zone() -> None:
    at = datetime(2030, 3, 1, 9, 5, tzinfo=UTC)
    assert words.date_and_time("en", at) == "01 March 2030, 09:05 UTC"
    assert words.date_and_time("de", at.astimezone(ZoneInfo("Europe/Berlin"))) == "1. März 2030, 10:05 CET"


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("fr, en;q=0.5, de;q=0.7", "de"),
        ("en-GB,de", "en"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("DE", "de"),
        (",;,", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_spoken_is_the_language_of_ours_that_is_asked_for_most(asked: str | None, spoken: str) -> None:
    assert words.spoken(asked) == spoken


def test_session_words_user_markup_is_escaped() -> None:
    slot = SessionSlot(datetime(2030, 1, 1, tzinfo=UTC), "<i>Hall</i>")
    title, message, _ = speaker_messages.of_schedule("de", slot, title="<b>x</b>\r\nBcc: y", event_name="<u>e</u>")
    assert title == "Neue Zeit: <b>x</b> Bcc: y"
    assert set(re.findall(r"<[^>]*>", message)) == {"<p>", "</p>", "<strong>", "</strong>"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; <b>three</b></p>", "One\nTwo & three"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        (
            'See <a href="https://x.example/?a=1&amp;b" rel="noopener">the site</a><br>now',
            "See the site (https://x.example/?a=1&b)\nnow",
        ),
        ("<p> </p>", ""),
    ],
)
def test_as_text_keeps_lines_and_where_links_lead(html: str, text: str) -> None:
    assert compose.as_text(html) == text


def test_group_key_is_one_an_hour_and_event() -> None:
    action = NotificationAction.PAYMENT_DISPUTED
    keys = [group_key(action, event, at) for event, at in (("E", 7200), ("E", 10799), ("E", 10800), ("F", 7200))]
    assert (keys[0] == keys[1], len(set(keys))) == (True, 3)
    assert group_key(NotificationAction.ORDER_PAID, "E", 1) is None
