"""The check-in page without a network and the server agree: both accept or refuse the same scans.

Two devices of an event scan for hours, with and without a network: tickets come twice, are refunded, disputed, get
another holder or belong to another event; codes are typed in many ways; check-ins are undone, pushes come late or
never, answers get lost, clocks are wrong. The page's own modules run under Node (gate_page.mjs), the server's rules
over dictionaries (gate_world.py). CI runs 3,000 scans, always the same ones; MARQUEE_SCANS sets a number of new random
ones (`make soak`: 100,000).
"""

import json
import os
import random
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.check_in.domain.check_in import CheckIn, CheckInForm, OfflineScan, ReconcileForm, ScanResult
from chalicelib.core.errors import AlreadyCheckedIn, MarqueeError
from chalicelib.core.preconditions import ANY
from chalicelib.tickets.domain.ticket import parse_code, parse_name, ticket_name
from tests.harness.node import needs_node, output_of
from tests.property.gate_world import PAID, STAFF, Device, World, typed

pytestmark = needs_node
DRIVER = Path(__file__).with_name("gate_page.mjs")
IN_CI = 3_000
SCANS = int(os.environ.get("MARQUEE_SCANS", str(IN_CI)))
A_WORLD = 250
"""Offline scans in one world, after which most of its tickets are used."""
VERDICTS = {
    "admitted": "admitted",
    "duplicate": "already_checked_in",
    "void": "ticket_void",
    "suspended": "ticket_suspended",
    "unknown": "unknown_ticket",
}
Step = dict[str, Any]


class Schedule:
    """Steps for the page, and the server's verdicts on the scans among them."""

    def __init__(self, seed: int) -> None:
        self.steps: list[Step] = []
        self.expected: list[Step] = []
        self.fired: Counter[str] = Counter()
        self._rng = random.Random(seed)
        self._seed = seed
        self._world: World

    def play(self, scans: int) -> None:
        """Generates this many offline scans, in as many worlds as necessary."""
        for number in range((scans + A_WORLD - 1) // A_WORLD):
            self._world = World(self._rng, self._seed * 10_000 + number)
            for device in self._world.devices:
                self._fetch(device, lands=True)
            until = self.fired["alone"] + min(A_WORLD, scans - number * A_WORLD)
            while self.fired["alone"] < until:
                self._step()
            self._end()

    def _step(self) -> None:
        world, rng = self._world, self._rng
        world.clock.at += rng.choice([1, 1, 2, 30])
        device = rng.choice(world.devices)
        verbs = {"alone": 55, "online": 20, "undo": 5, "reconcile": 4, "change": 7, "fetch": 4, "land": 2, "late": 4}
        verbs |= {"take_back": 2, "reload": 2, "sell": 1}
        verb = rng.choices(list(verbs), list(verbs.values()))[0]
        if verb in ("change", "sell"):
            self.fired[verb] += 1
            world.change() if verb == "change" else world.sell(1, PAID)
        else:
            getattr(self, f"_{verb}")(device)

    def _say(self, device: Device, verb: str, *, tab: int | None = None, **more: Any) -> None:
        self.fired[verb] += 1
        tab = self._rng.randint(0, 1) if tab is None else tab
        step = {"number": len(self.steps), "do": verb, "device": f"{device.name}{self._world.number}"}
        self.steps.append(step | {"event": self._world.event, "tab": tab} | more)

    def _expect(self, **expected: Any) -> None:
        self.expected.append({"number": len(self.steps) - 1, **expected})

    def _fetch(self, device: Device, *, lands: bool = False) -> None:
        """A tab requests the list, which arrives at once or after other steps."""
        tab = self._rng.randint(0, 1)
        if tab in device.flights:
            return
        world = self._world
        listed = device.begin_fetch(world.server, world.event, tab=tab, number=len(self.steps))
        self._say(device, "beginFetch", tab=tab, answer=listed)
        if lands or self._rng.random() < 0.5:
            self._land(device, tab)

    def _land(self, device: Device, tab: int | None = None) -> None:
        """A requested list arrives."""
        if not device.flights:
            return
        tab = self._rng.choice(list(device.flights)) if tab is None else tab
        self._say(device, "endFetch", tab=tab)
        self.fired["older lists"] += device.is_older(tab)
        device.end_fetch(tab)
        size = sum(one["state"] != "void" for one in device.listed)
        self._expect(size=size, used=device.used(), waits=len(device.waiting))

    def _alone(self, device: Device, text: str | None = None, at: str = "") -> None:
        """Makes an offline scan, which the page judges by itself."""
        text = text or typed(self._world.pick(), self._rng)
        at = at or device.tick()
        scan = OfflineScan(code=text, at=datetime.fromisoformat(at))
        form = ReconcileForm(device=device.name, scans=[scan])
        (judged,) = device.check_people_in.reconcile_check_ins(self._world.event, form, caller=STAFF).results
        self._say(device, "alone", text=text, at=at, name=device.name)
        verdict = VERDICTS[judged.outcome.value]
        self.fired[f"alone: {verdict}"] += 1
        if verdict == "admitted":
            device.waiting.append({"code": canonical(text), "at": at, "ticket": str(judged.ticket)})
        self._expect(verdict=verdict, **facts_of(judged))

    def _online(self, device: Device) -> None:
        """Makes an online scan: the server judges, and the page learns from its answer, unless the answer gets lost."""
        text, at = typed(self._world.pick(), self._rng), device.tick()
        parsed = parse_code(text)
        if parsed is None:
            return
        form = CheckInForm(code=canonical(text), device=device.name, at=datetime.fromisoformat(at))
        key = (parsed.order_id, parsed.number)
        answer: Step = {}
        problem: str | None = None
        try:
            answer["admitted"] = plain(
                self._world.server.check_people_in.check_in(self._world.event, form, caller=STAFF)
            )
        except AlreadyCheckedIn as refusal:
            problem, answer["problem"] = refusal.code, {"code": refusal.code, **refusal.extra}
        except MarqueeError as refusal:
            problem, answer["problem"] = refusal.code, {"code": refusal.code, **refusal.extra}
        if self._rng.random() < 0.1:
            self.fired["lost answers"] += 1
            self._alone(device, text, at)
        else:
            self._say(device, "online", text=text, **answer)
            record = self._world.server.stored.get(parsed.order_id)
            if record is not None:
                device.hear_of(text, record, problem)
            if "admitted" in answer or problem == "already_checked_in":
                device.hear(self._world.server.admissions[key])
        if "admitted" in answer:
            self._push(key)

    def _undo(self, device: Device) -> None:
        server = self._world.server
        standing = [key for key, one in server.admissions.items() if one.stands and server.stored[key[0]]]
        if not standing:
            return
        key = self._rng.choice(standing)
        before = server.admissions[key]
        server.check_people_in.undo_check_in(self._world.event, ticket_name(*key), match=frozenset({ANY}), caller=STAFF)
        told = {"ticket": before.name, "checked_in_at": plain(before.used_at), "recorded_at": plain(before.last.at)}
        self._say(device, "undo", check_in=told)
        device.hear(server.admissions[key])
        self._push(key)

    def _push(self, key: tuple[str, int]) -> None:
        """Devices get the push about a ticket at once, late or never."""
        for device in self._world.devices:
            chance = self._rng.random()
            if chance < 0.7:
                self._hear(device, self._world.server.admissions[key])
            elif chance < 0.9:
                self._world.late.append((device, self._world.server.admissions[key]))

    def _late(self, _: Device) -> None:
        late = self._world.late
        if late:
            self._hear(*late.pop(self._rng.randrange(len(late))))

    def _hear(self, device: Device, admission: Any) -> None:
        news = {"checked_in_at": plain(admission.used_at), "recorded_at": plain(admission.last.at)}
        self._say(device, "hear", news=[{"ticket": admission.name, **news}])
        device.hear(admission)

    def _take_back(self, device: Device) -> None:
        if device.waiting:
            scan = self._rng.choice(device.waiting)
            device.waiting.remove(scan)
            name = parse_name(scan["ticket"])
            assert name is not None
            del device.own[name]
            device.taken_back = sorted([*device.taken_back, scan], key=lambda one: one["at"])
            self._say(device, "takeBack", ticket=scan["ticket"])

    def _reload(self, device: Device) -> None:
        tab = self._rng.randint(0, 1)
        device.flights.pop(tab, None)
        self._say(device, "reload", tab=tab)

    def _reconcile(self, device: Device, *, loses: bool = True) -> None:
        """Sends the waiting scans to the server, whose answer may get lost. Undone scans are sent first."""
        if device.taken_back:
            self._take_back_there(device, loses=loses)
            return
        if not device.waiting:
            return
        form = ReconcileForm(
            device=device.name, scans=[msgspec.convert(without(one, "ticket"), OfflineScan) for one in device.waiting]
        )
        done = self._world.server.check_people_in.reconcile_check_ins(self._world.event, form, caller=STAFF)
        is_lost = loses and self._rng.random() < 0.3
        self._say(device, "reconcile", answer=None if is_lost else plain(done))
        sent = {"device": device.name, "scans": [without(one, "ticket") for one in device.waiting]}
        self._expect(sent=sent, told=None if is_lost else [one.outcome.value for one in done.results])
        self.fired["lost answers"] += is_lost
        names = [parse_name(scan["ticket"]) for scan in device.waiting]
        if not is_lost:
            for scan, name, result in zip(device.waiting, names, done.results, strict=True):
                self.fired[f"reconciled: {result.outcome.value}"] += 1
                assert name is not None
                self._settle(device, scan["code"], name, result)
            device.waiting = []
        for name in names:
            if name in self._world.server.admissions:
                self._push(name)  # type: ignore[arg-type]

    def _take_back_there(self, device: Device, *, loses: bool) -> None:
        """Sends the undone scans to the server, which undoes them if they count there."""
        server, event = self._world.server, self._world.event
        scans = device.taken_back
        sent = {"device": device.name, "scans": [without(one, "ticket") for one in scans]}
        done = server.check_people_in.reconcile_check_ins(event, msgspec.convert(sent, ReconcileForm), caller=STAFF)
        is_lost = loses and self._rng.random() < 0.3
        self._say(device, "reconcile", answer=None if is_lost else plain(done))
        self._expect(sent=sent, told=None if is_lost else [])
        self.fired["lost take-backs" if is_lost else "take-backs"] += 1
        for scan, result in zip(scans, done.results, strict=True):
            key = parse_name(scan["ticket"])
            assert key is not None
            if not is_lost:
                self.fired["taken back there"] += result.outcome == "admitted"
                if result.outcome == "admitted":
                    server.check_people_in.undo_check_in(event, scan["ticket"], match=frozenset({ANY}), caller=STAFF)
                self._hear_result(device, scan["code"], key, result)
            if key in server.admissions:
                self._push(key)
        if not is_lost:
            device.taken_back = []

    def _settle(self, device: Device, code: str, key: tuple[str, int], result: ScanResult) -> None:
        del device.own[key]
        self._hear_result(device, code, key, result)

    def _hear_result(self, device: Device, code: str, key: tuple[str, int], result: ScanResult) -> None:
        if result.check_in is not None:
            device.hear(self._world.server.admissions[key])
        elif result.outcome.value != "undone":
            device.hear_of(code, self._world.server.stored[key[0]], VERDICTS[result.outcome.value])

    def _end(self) -> None:
        """Sends and delivers everything that waits; then both devices know what the server knows."""
        for device in self._world.devices:
            while device.taken_back or device.waiting:
                self._world.clock.at += 1
                self._reconcile(device, loses=False)
        for device in self._world.devices:
            for tab in list(device.flights):
                self._land(device, tab)
            self._fetch(device, lands=True)
            standing = sum(one.stands for one in self._world.server.admissions.values())
            assert (self.expected[-1]["used"], device.waiting) == (standing, [])


def canonical(text: str) -> str:
    """Returns the code as in its QR code."""
    code = parse_code(text)
    assert code is not None
    return f"{ticket_name(code.order_id, code.number)}-{code.mac}"


def plain(value: Any) -> Any:
    """Returns the value in JSON's types."""
    return msgspec.to_builtins(value)


def without(scan: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in scan.items() if key != name}


def facts_of(judged: ScanResult) -> Step:
    """Returns what the page must show besides the verdict: the name, and since when a ticket is used. The name of a
    void ticket is not stored.
    """
    if judged.check_in is None:
        return {"attendee": judged.attendee} if judged.outcome == "suspended" else {}
    told: CheckIn = judged.check_in
    return {"attendee": told.attendee, "type": told.ticket_type, "at": plain(told.checked_in_at)}


def same(found: Step, expected: Step) -> bool:
    """Returns whether the page showed everything that it must. Times may have more or fewer digits."""

    def read(value: Any, name: str) -> Any:
        return datetime.fromisoformat(value) if name == "at" and value else value

    return all(read(found.get(name), name) == read(value, name) for name, value in expected.items())


def differences(schedule: Schedule, folder: Path, *control: str) -> list[tuple[Step, Step, Step]]:
    """Returns the steps on which page and server differ: step, page's verdict, server's verdict."""
    steps = folder / "steps.jsonl"
    steps.write_text("\n".join(json.dumps(step) for step in schedule.steps))
    printed = output_of(DRIVER, str(steps), *control, timeout=1_800)
    found = [json.loads(line) for line in printed.splitlines()]
    assert [one["number"] for one in found] == [one["number"] for one in schedule.expected]
    pairs = zip(found, schedule.expected, strict=True)
    return [(schedule.steps[one["number"]], one, expected) for one, expected in pairs if not same(one, expected)]


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_judge_scans_without_a_network_as_the_server_does(tmp_path: Path) -> None:
    seed = 14 if SCANS == IN_CI else time.time_ns() % 100_000
    schedule = Schedule(seed)
    schedule.play(SCANS)
    assert differences(schedule, tmp_path)[:3] == [], f"seed {seed}"
    rare = {name: count for name, count in schedule.fired.items() if count < 5}
    assert rare == {}
    assert schedule.fired["alone"] == SCANS
    kinds = {
        "beginFetch",
        "endFetch",
        "older lists",
        "taken back there",
        "lost take-backs",
        "online",
        "undo",
        "hear",
        "takeBack",
        "reload",
        "reconcile",
        "change",
        "sell",
        "lost answers",
    }
    kinds |= {f"alone: {verdict}" for verdict in VERDICTS.values()}
    kinds |= {f"reconciled: {outcome}" for outcome in [*VERDICTS, "undone"]}
    assert kinds <= set(schedule.fired)
    print(dict(schedule.fired))


def test_judge_by_a_page_that_forgets_what_it_did_online_is_caught(tmp_path: Path) -> None:
    """The control: the fault that this test is meant to find."""
    schedule = Schedule(14)
    schedule.play(500)
    found = differences(schedule, tmp_path, "forgetful")
    assert any(page.get("verdict") == "admitted" != server.get("verdict") for _, page, server in found)
