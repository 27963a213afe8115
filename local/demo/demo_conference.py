"""The demo conference: a programme in which every talk retells an idea of a computing pioneer. Data only.

Used by `local/demo/demo.py`. Times are local hours on days counted from the day when the demo is loaded, so the event
is always in the future.
"""

NAME = "Difference Engine Days"
SLUG = "difference-engine-days"
TIMEZONE = "Europe/London"
CURRENCY = "EUR"
DAYS_AHEAD = 45
DESCRIPTION = """<p><strong>Two days of old ideas that still run everything.</strong> Each talk takes one idea of a
pioneer of computing, tells it in plain words, and shows the code it lives in today. No slides about the future; plenty
about why the past keeps being right.</p>
<p>For programmers, designers and everybody who asks where a thing comes from. Talks are 45 minutes, workshops two
hours, breaks long enough to talk. Step-free access, live captions, and lunch are included.</p>"""
VENUE = {
    "name": "The Engine House",
    "street": "12 Dock Street",
    "city": "Bristol",
    "region": "England",
    "postcode": "BS1 4QA",
    "country": "GB",
    "latitude": 51.4492,
    "longitude": -2.5972,
}

TRACKS = [
    ("Foundations", "#0f766e", "Where the ideas come from."),
    ("Systems", "#b45309", "Machines, networks and what keeps them up."),
    ("People", "#7c3aed", "Tools for thought, and thought about tools."),
]
ROOMS = [("Boiler Hall", 0, 400), ("Pattern Loft", 2, 120), ("Workshop", 1, 40)]

SPEAKERS = [
    ("Ada Lovelace", "GB", "Wrote the notes that first described a machine as more than a calculator."),
    ("Charles Babbage", "GB", "Designed two engines and fought with everybody who might have built them."),
    ("Grace Hopper", "US", "Gave computers a language people could read, and carried nanoseconds in her pocket."),
    ("Alan Turing", "GB", "Asked what can be computed at all, and answered."),
    ("Edsger Dijkstra", "NL", "Found the shortest path over a cup of coffee and kept programs honest ever after."),
    ("Claude Shannon", "US", "Measured information, then built a machine that switches itself off."),
    ("Konrad Zuse", "DE", "Built a working computer in a living room."),
    ("Kathleen Booth", "GB", "Wrote the first assembly language, and the machine to run it on."),
    ("John McCarthy", "US", "Named artificial intelligence and gave it parentheses."),
    ("Ken Iverson", "CA", "Made notation a tool of thought."),
    ("Betty Holberton", "US", "Programmed the ENIAC and taught machines to sort."),
    ("Jay Forrester", "US", "Threaded memory onto wires and companies into models."),
]

# title, track, room, speakers, day, start hour (local), minutes, abstract
SESSIONS = [
    (
        "Opening: the engine that was never finished",
        0,
        0,
        [1],
        0,
        9.0,
        45,
        "Why a machine of brass that nobody completed still explains what your laptop does.",
    ),
    ("Notes longer than the paper", 0, 0, [0], 0, 10.0, 45, "Reading Note G line by line, and running it."),
    (
        "A language your colleagues can read",
        2,
        1,
        [2],
        0,
        10.0,
        45,
        "What the first compilers were for, and what we forgot about naming things.",
    ),
    (
        "Assembly by hand",
        1,
        2,
        [7],
        0,
        10.0,
        120,
        "A workshop: write an assembler in an afternoon, then find the bug everybody makes.",
    ),
    ("What a machine cannot do", 0, 0, [3], 0, 11.0, 45, "The halting problem without a single Greek letter."),
    (
        "A computer in the living room",
        1,
        1,
        [6],
        0,
        11.0,
        45,
        "Relays, film strips and floating point: building with what is at hand.",
    ),
    ("Lunch in the yard", None, 0, [], 0, 12.0, 75, "Included in every ticket."),
    (
        "One bit, exactly",
        1,
        0,
        [5],
        0,
        13.5,
        45,
        "How to measure a message, and why your compressor cannot win every time.",
    ),
    (
        "Sorting before there were discs",
        1,
        1,
        [10],
        0,
        13.5,
        45,
        "Merge, tape and patience: algorithms shaped by the machines that ran them.",
    ),
    (
        "The shortest path, with coffee",
        0,
        0,
        [4],
        0,
        14.5,
        45,
        "An algorithm found without pencil and paper, and what that says about design.",
    ),
    (
        "Panel: who was left out of the manual",
        2,
        0,
        [0, 2, 10],
        0,
        15.5,
        60,
        "Credit, craft and the people who made the machines work.",
    ),
    (
        "Notation as a tool of thought",
        2,
        0,
        [9],
        1,
        9.5,
        45,
        "What you can think depends on what you can write in one line.",
    ),
    (
        "Parentheses all the way down",
        0,
        1,
        [8],
        1,
        9.5,
        45,
        "Seven primitives are enough. A tour of the smallest useful language.",
    ),
    ("Memory you can hold in your hand", 1, 0, [11], 1, 10.5, 45, "Cores, caches and the price of remembering."),
    (
        "Structured programming, unstructured opinions",
        0,
        1,
        [4],
        1,
        10.5,
        45,
        "Reading the famous letter again, this time to the end.",
    ),
    (
        "Nanoseconds: latency for people",
        1,
        0,
        [2],
        1,
        11.5,
        45,
        "How far a signal gets while your page loads, in wire you can hold.",
    ),
    ("Lunch in the yard", None, 0, [], 1, 12.5, 75, "Included in every ticket."),
    (
        "Build a perceptive tortoise",
        2,
        2,
        [5],
        1,
        14.0,
        120,
        "A workshop with soldering irons: small robots, simple rules, surprising behaviour.",
    ),
    (
        "Can machines think? An imitation",
        2,
        0,
        [3],
        1,
        14.0,
        45,
        "The test, the objections, and the answers already given to them in 1950.",
    ),
    (
        "Closing: what should have been finished",
        0,
        0,
        [0, 1],
        1,
        16.0,
        45,
        "Two friends disagree about the engine for the last time.",
    ),
]

SPONSORS = [
    ("Brass & Gear Works", "gold", "https://example.com/brass"),
    ("Punched Card Company", "silver", "https://example.com/cards"),
    ("The Relay Exchange", "silver", "https://example.com/relay"),
]

# name, description, price in minor units, quantity, at most per order
TICKETS = [
    ("Conference", "Both days, all talks, lunches.", 14900, 300, 10),
    ("Conference + workshops", "Both days and a seat in one workshop a day.", 22900, 40, 4),
    ("Student", "Both days. Bring your student card.", 3900, 60, 1),
    ("Online", "The live stream of the Boiler Hall, with captions.", 0, 5000, 5),
]
