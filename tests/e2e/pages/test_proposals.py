"""A person starts a proposal without signing in, staff decide on it, and its author confirms."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
OWNER, SPEAKER = ACCOUNTS[0], ACCOUNTS[1]
EVIL = '<img src=x onerror="alert(1)">'
_numbers = itertools.count(1)


def fits(tab: Page) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def call_for_papers(staff: Page, offer: Offer) -> None:
    expect(staff.get_by_role("heading", level=1)).to_have_text("Proposals for Alpine Python Days")
    expect(staff.get_by_text("No proposals are taken.")).to_be_visible()
    staff.get_by_role("button", name="Call for papers").click()
    staff.get_by_label("Closes (Europe/Zurich)").fill("2035-07-01T12:00")
    staff.get_by_label("What you are looking for").fill("Talks of half an hour.\n\nSee https://example.org/topics")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("The call is saved.")).to_be_focused()
    call = offer.api.call("GET", f"/api/v1/events/{offer.id}/call-for-papers")
    assert (call["closes_at"], call["timezone"]) == ("2035-07-01T10:00:00Z", "Europe/Zurich")
    assert fits(staff)


def propose(tab: Page, offer: Offer, title: str) -> None:
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_text("until Sunday 1 July 2035, 12:00 CEST")).to_be_visible()
    tab.get_by_role("link", name="Propose a session").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Speak at Alpine Python Days")
    expect(tab.get_by_role("link", name="https://example.org/topics")).to_be_visible()
    tab.get_by_role("button", name="Sign in and send it").click()
    expect(tab.get_by_role("alert")).to_be_focused()
    tab.get_by_role("link", name="Give the session a title.").click()
    expect(tab.get_by_label("Title")).to_be_focused()
    tab.get_by_label("Title").fill(title)
    tab.reload()
    expect(tab.get_by_label("Title")).to_have_value(title)
    tab.get_by_label("Track").select_option(label="History")
    tab.get_by_label("What it is about").fill(f"First.\n\nSecond {EVIL}")
    tab.get_by_label("Your name").fill("Ada Lovelace")
    tab.get_by_label("About you").fill("She writes.")
    assert fits(tab)
    tab.get_by_role("button", name="Sign in and send it").click()
    tab.get_by_label("E-mail").fill(SPEAKER.email)
    tab.get_by_label("Password").fill(SPEAKER.password)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_label("What it is about")).to_have_value(f"First.\n\nSecond {EVIL}")
    tab.get_by_role("button", name="Send the proposal").click()
    expect(tab.get_by_text("is with the organisers. You will hear what becomes of it.")).to_be_focused()
    tab.get_by_role("link", name="To your proposals").click()
    mine = tab.get_by_role("listitem").filter(has_text=title)
    expect(mine).to_contain_text("With the organisers")
    mine.get_by_role("button", name="Change").click()
    mine.get_by_label("For whom").fill("Everybody")
    mine.get_by_role("button", name="Save the changes").click()
    expect(tab.get_by_text(f"“{title}” is changed.")).to_be_focused()
    assert fits(tab)


def decide(staff: Page, title: str) -> None:
    staff.reload()
    row = staff.get_by_role("region", name="To be decided").get_by_role("listitem").filter(has_text=title)
    row.get_by_text("Read and decide").click()
    expect(row.get_by_text(f"Second {EVIL}")).to_be_visible()
    assert staff.locator("img").count() == 0
    row.get_by_label("To its speakers").fill("Welcome!")
    assert fits(staff)
    row.get_by_role("button", name="Accept", exact=False).first.click()
    expect(staff.get_by_text(f"“{title}” is accepted. Its speakers are told.")).to_be_focused()
    staff.get_by_role("heading", name="Accepted").click()
    expect(staff.get_by_role("region", name="Accepted").get_by_text(title).first).to_be_visible()


def conclude(tab: Page, title: str) -> None:
    tab.goto("/notifications")
    tab.get_by_role("link", name=f"Accepted: {title}").first.click()
    mine = tab.get_by_role("listitem").filter(has_text=title)
    mine.get_by_role("button", name="Confirm that you come").click()
    expect(tab.get_by_text(f"“{title}” is confirmed.")).to_be_focused()
    mine.get_by_role("button", name="Withdraw").click()
    mine.get_by_role("button", name="No", exact=True).click()
    mine.get_by_role("button", name="Withdraw").click()
    mine.get_by_role("button", name="Yes", exact=True).click()
    expect(tab.get_by_text(f"“{title}” is withdrawn.")).to_be_focused()


def test_proposal_from_call_to_confirmation(context: OpenContext, offer: Offer) -> None:
    title = f"Engines & notes {next(_numbers)}"
    offer.api.call("POST", f"/api/v1/events/{offer.id}/tracks", {"name": "History"})
    small = {"width": 320, "height": 800}
    staff = context(viewport=small, timezone_id="America/New_York").new_page()
    sign_in(staff, OWNER.email, OWNER.password, following=f"/events/{offer.id}/review")
    call_for_papers(staff, offer)
    tab = context(viewport=small, color_scheme="dark").new_page()
    propose(tab, offer, title)
    decide(staff, title)
    conclude(tab, title)
    (session,) = offer.api.call("GET", f"/api/v1/events/{offer.id}/sessions?view=all")["items"]
    assert (session["state"], session["level"], session["long_abstract"]) == (
        "withdrawn",
        "Everybody",
        '<p>First.</p><p>Second &lt;img src=x onerror="alert(1)"&gt;</p>',
    )


def test_event_that_takes_no_proposals_says_so(context: OpenContext, offer: Offer) -> None:
    tab = context().new_page()
    tab.goto(f"/e/{offer.slug}/call")
    expect(tab.get_by_text("No proposals are taken at the moment.")).to_be_visible()
    sign_in(tab, SPEAKER.email, SPEAKER.password, following=f"/events/{offer.id}/review")
    expect(tab.get_by_role("alert")).to_contain_text("you do not decide about its proposals")


def test_words_stay_while_another_proposal_is_decided(context: OpenContext, offer: Offer) -> None:
    place = f"/api/v1/events/{offer.id}"
    for title in ("First idea", "Second idea"):
        offer.api.call("POST", f"{place}/sessions", {"title": title, "state": "submitted"})
    staff = context().new_page()
    sign_in(staff, OWNER.email, OWNER.password, following=f"/events/{offer.id}/review#main")
    first, second = (staff.get_by_role("listitem").filter(has_text=title) for title in ("First idea", "Second idea"))
    for row in (first, second):
        row.get_by_text("Read and decide").click()
    first.get_by_label("To its speakers").fill("Still thinking")
    second.get_by_role("button", name="Do not accept").click()
    expect(staff.get_by_text("“Second idea” is not accepted. Its speakers are told.")).to_be_focused()
    expect(first.get_by_label("To its speakers")).to_have_value("Still thinking")


def overtaken(context: OpenContext, offer: Offer, call: dict[str, str]) -> Page:
    """Returns a tab in which staff save a call that another user has changed meanwhile."""
    place = f"/api/v1/events/{offer.id}/call-for-papers"
    offer.api.call("PUT", place, call)
    staff = context().new_page()
    sign_in(staff, OWNER.email, OWNER.password, following=f"/events/{offer.id}/review")
    staff.get_by_role("button", name="Change the call").click()
    offer.api.call("PUT", place, {**call, "announcement": "Theirs"}, if_match="*")
    staff.get_by_label("What you are looking for").fill("Ours")
    return staff


def test_call_that_somebody_else_changed_is_saved_the_second_time(context: OpenContext, offer: Offer) -> None:
    place = f"/api/v1/events/{offer.id}/call-for-papers"
    call = {"opens_at": "2026-01-01T00:00:30Z", "closes_at": "2035-10-28T01:30:59Z", "timezone": "Europe/Zurich"}
    staff = overtaken(context, offer, call)
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_role("alert")).to_contain_text("Somebody else changed the call meanwhile.")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("The call is saved.")).to_be_focused()
    saved = offer.api.call("GET", place)
    assert {name: saved[name] for name in call} == call  # to the second, in the later 02:30 of that night
    assert saved["announcement"] == "<p>Ours</p>"
    staff.get_by_role("button", name="Change the call").click()
    staff.get_by_label("Closes (Europe/Zurich)").fill("")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_label("Closes (Europe/Zurich)")).to_be_focused()


def test_link_to_the_newest_of_many_proposals_leads_there_through_the_sign_in(
    context: OpenContext, offer: Offer
) -> None:
    place = f"/api/v1/events/{offer.id}/sessions"
    for number in range(201):  # more than one page of the API
        last = offer.api.call("POST", place, {"title": f"Idea {number}", "state": "submitted"})["id"]
    staff = context().new_page()
    staff.goto(f"/events/{offer.id}/review#{last}")
    staff.get_by_label("E-mail").fill(OWNER.email)
    staff.get_by_label("Password").fill(OWNER.password)
    staff.get_by_role("button", name="Sign in", exact=True).click()
    row = staff.get_by_role("listitem").filter(has_text="Idea 200")
    expect(row.get_by_label("To its speakers")).to_be_in_viewport()
    expect(staff.get_by_role("heading", name="To be decided")).to_contain_text("201")


def test_what_is_typed_about_one_proposal_stays_while_another_is_withdrawn(context: OpenContext, offer: Offer) -> None:
    call = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2035-01-01T00:00:00Z"}
    offer.api.call("PUT", f"/api/v1/events/{offer.id}/call-for-papers", call)
    number = next(_numbers)
    tab = context().new_page()
    sign_in(tab, SPEAKER.email, SPEAKER.password, following="/proposals")
    for name in ("Kept", "Gone"):
        tab.goto(f"/e/{offer.slug}/call")
        tab.get_by_label("Title").fill(f"{name} {number}")
        tab.get_by_label("What it is about").fill("Everything.")
        tab.get_by_role("button", name="Send the proposal").click()
        tab.get_by_role("link", name="To your proposals").click()
    kept, gone = (tab.get_by_role("listitem").filter(has_text=f"{name} {number}") for name in ("Kept", "Gone"))
    kept.get_by_role("button", name="Change").click()
    kept.get_by_label("What it is about").fill("Something else.")
    gone.get_by_role("button", name="Withdraw").click()
    gone.get_by_role("button", name="No", exact=True).click()
    expect(gone.get_by_role("button", name="Change")).to_be_focused()
    gone.get_by_role("button", name="Withdraw").click()
    gone.get_by_role("button", name="Yes", exact=True).click()
    expect(tab.get_by_text(f"“Gone {number}” is withdrawn.")).to_be_focused()
    expect(kept.get_by_label("What it is about")).to_have_value("Something else.")


def test_draft_is_of_who_typed_it(context: OpenContext, offer: Offer) -> None:
    call = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2035-01-01T00:00:00Z"}
    offer.api.call("PUT", f"/api/v1/events/{offer.id}/call-for-papers", call)
    tab = context().new_page()
    place = f"/e/{offer.slug}/call"
    sign_in(tab, SPEAKER.email, SPEAKER.password, following=place)
    tab.get_by_label("Title").fill("Theirs")
    expect(tab.get_by_text("Kept in this browser.")).to_be_visible()
    tab.evaluate("localStorage.removeItem('marquee.session')")
    tab.goto(place)
    expect(tab.get_by_label("Title")).to_have_value("")
    tab.get_by_label("Title").fill("Nobody's")
    sign_in(tab, SPEAKER.email, SPEAKER.password, following=place)
    expect(tab.get_by_label("Title")).to_have_value("Theirs")


def test_review_page_of_an_event_without_proposals_bears_any_fragment(context: OpenContext, offer: Offer) -> None:
    staff = context().new_page()
    sign_in(staff, OWNER.email, OWNER.password)
    for fragment in ("#main", "#call", "#nothing"):  # the first two are elements of the page
        staff.goto(f"/events/{offer.id}/review{fragment}")
        expect(staff.get_by_text("Nothing waits for you.")).to_be_visible()


def test_call_can_be_saved_again_after_its_newest_version_could_not_be_read(context: OpenContext, offer: Offer) -> None:
    place = f"/api/v1/events/{offer.id}/call-for-papers"
    call = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2035-01-01T00:00:00Z", "announcement": "First"}
    staff = overtaken(context, offer, call)
    staff.route(f"**{place}?view=all", lambda route: route.abort())
    save = staff.get_by_role("button", name="Save")
    save.click()
    expect(staff.get_by_role("alert")).to_be_focused()
    staff.unroute(f"**{place}?view=all")
    save.click()
    expect(staff.get_by_role("alert")).to_contain_text("Somebody else changed the call meanwhile.")
    save.click()
    expect(staff.get_by_text("The call is saved.")).to_be_focused()
    assert offer.api.call("GET", place)["announcement"] == "<p>Ours</p>"
