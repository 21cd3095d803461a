"""Files of the same shape as the exports of form tools, all of one invented questionnaire.

Each tool writes the same answers (`survey`) in its own way: headings of one, two or three rows,
several ticks in a cell or a column for each, codes or labels, and columns of its own beside them.
"""

from __future__ import annotations

import csv
import datetime
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

REGIONS = ("North", "Midlands", "South", "London")
TYPES = ("Council", "NHS body", "School", "Charity")
AGENCIES = ("Police", "Schools", "Health", "Housing", "Youth justice", "Voluntary sector")
WANTS = ("More time", "Better data", "Joint training", "A shared budget")
AGREE = (
    "Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree",
)  # fmt: skip
OFTEN = ("Every month", "Every quarter", "Twice a year", "Once a year")
BUDGET = ("Yes", "No", "Don't know")
GRID = ("The partners share one plan", "Meetings are well led", "Our data can be trusted")

WHERE = "Which region are you in?"
KIND = "What type of organisation do you work for?"
BOARD = "Which agencies sit on your Board? (Tick all that apply)"
PLAN = "Do you have a written plan?"
POOLED = "Is there a pooled budget?"
FAR = "How far do you agree with the following?"
MEETS = "How often does the Board meet?"
STAFF = "How many people work in the partnership team?"
WANT = "What would help you most?"
SAY = "Is there anything else you would like to say?"

REMARKS = (
    "We are still finding our feet, and it takes time.", "No, thank you", "Ask us again in June",
    "The board works best when everybody comes", "Funding; staff; time: the usual three",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What one respondent answered in one wave; empty where the question was passed over."""

    number: int
    began: datetime.datetime
    region: str
    kind: str
    board: tuple[str, ...]
    plan: str
    pooled: str
    far: tuple[str, ...]
    meets: str
    staff: str
    want: tuple[str, ...]
    say: str = ""

    @property
    def ended(self) -> datetime.datetime:
        """When the form was sent."""
        return self.began + datetime.timedelta(minutes=7)


def survey(people: int = 90, *, year: int = 2024, seed: int = 1) -> list[Person]:
    """What so many respondents answered; some passed some questions over, a few nearly all."""
    draw = random.Random(seed)

    def ticked(options: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in options if draw.random() < 0.5)

    def one(options: Sequence[str], blank: float = 0.06) -> str:
        return "" if draw.random() < blank else draw.choice(options)

    found = []
    for number in range(1, people + 1):
        began = datetime.datetime(year, 3, 1, 9) + datetime.timedelta(minutes=37 * number)
        found.append(
            Person(
                number,
                began,
                REGIONS[number % 4],  # where and what a respondent is, it is in every wave
                TYPES[number % 3 + number % 2],
                () if draw.random() < 0.1 else ticked(AGENCIES) or ("Police",),
                one(("Yes", "No")),
                one(BUDGET),
                tuple(one(AGREE) for _ in GRID),
                one(OFTEN),
                "" if draw.random() < 0.1 else str(draw.randint(1, 60)),
                () if draw.random() < 0.1 else ticked(WANTS) or ("Better data",),
                draw.choice(REMARKS) + f" ({number})" if draw.random() < 0.3 else "",
            )
        )
    return found


def _write(path: Path, rows: Sequence[Sequence[object]], *, quoted: bool = False) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(file, quoting=quoting).writerows(rows)
    return path


def _workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    book = Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def _ticks(chosen: Sequence[str], options: Sequence[str], yes: str = "", no: str = "") -> list[str]:
    return [(yes or one) if one in chosen else no for one in options]


def surveymonkey(folder: Path, people: Sequence[Person]) -> Path:
    """Two rows of headings; a tick is the text of its option, and nothing where there is none."""
    first = [
        "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address",
        "First Name", "Last Name", "Custom Data 1", WHERE, KIND, BOARD, *[""] * len(AGENCIES),
        PLAN, POOLED, FAR, *[""] * (len(GRID) - 1), MEETS, STAFF, WANT, *[""] * (len(WANTS) - 1),
        SAY,
    ]  # fmt: skip
    second = [
        *[""] * 9, "Response", "Response", *AGENCIES, "Other (please specify)", "Response",
        "Response", *GRID, "Response", "Open-Ended Response", *WANTS, "Open-Ended Response",
    ]  # fmt: skip
    rows = [
        [
            114520000000 + 7919 * one.number, 430551234, f"{one.began:%m/%d/%Y %I:%M:%S %p}",
            f"{one.ended:%m/%d/%Y %I:%M:%S %p}", f"192.0.2.{one.number % 250}", "", "", "", "",
            one.region, one.kind, *_ticks(one.board, AGENCIES),
            "The parish" if one.number % 31 == 0 else "", one.plan, one.pooled, *one.far, one.meets,
            one.staff, *_ticks(one.want, WANTS), one.say,
        ]
        for one in people
    ]  # fmt: skip
    return _write(folder / "Partnership survey.csv", [first, second, *rows])


def qualtrics(folder: Path, people: Sequence[Person]) -> Path:
    """Three rows of headings: names, texts, and what to import each by."""
    own = {
        "StartDate": "Start Date", "EndDate": "End Date", "Status": "Response Type",
        "IPAddress": "IP Address", "Progress": "Progress",
        "Duration (in seconds)": "Duration (in seconds)", "Finished": "Finished",
        "RecordedDate": "Recorded Date", "ResponseId": "Response ID",
        "RecipientLastName": "Recipient Last Name", "RecipientFirstName": "Recipient First Name",
        "RecipientEmail": "Recipient Email", "ExternalReference": "External Data Reference",
        "LocationLatitude": "Location Latitude", "LocationLongitude": "Location Longitude",
        "DistributionChannel": "Distribution Channel", "UserLanguage": "User Language",
    }  # fmt: skip
    asked = {
        "Q1": WHERE,
        "Q2": KIND,
        **{f"Q3_{n}": f"{BOARD} - Selected Choice - {one}" for n, one in enumerate(AGENCIES, 1)},
        "Q3_7": f"{BOARD} - Selected Choice - Other (please specify)",
        "Q3_7_TEXT": f"{BOARD} - Other (please specify) - Text",
        "Q4": PLAN,
        "Q5": POOLED,
        **{f"Q6_{n}": f"{FAR} - {one}" for n, one in enumerate(GRID, 1)},
        "Q7": MEETS,
        "Q8_1": f"{STAFF} - Number",
        "Q9": WANT,
        "Q10": SAY,
    }
    named = {**own, **asked}
    imported = [
        '{"ImportId":"startDate","timeZone":"Europe/London"}' if name == "StartDate"
        else f'{{"ImportId":"{name[0].lower()}{name[1:]}"}}' if name in own
        else f'{{"ImportId":"QID{name[1:]}"}}'
        for name in named
    ]  # fmt: skip
    rows = [
        [
            f"{one.began:%Y-%m-%d %H:%M:%S}", f"{one.ended:%Y-%m-%d %H:%M:%S}", "IP Address",
            f"198.51.100.{one.number % 250}", 100, 420, "True", f"{one.ended:%Y-%m-%d %H:%M:%S}",
            f"R_{one.number * 7919:015X}", "", "", "", "", "51.4525", "-0.9689", "anonymous", "EN",
            one.region, one.kind, *_ticks(one.board, AGENCIES),
            *(["Other (please specify)", "The parish"] if one.number % 31 == 0 else ["", ""]),
            one.plan, one.pooled, *one.far, one.meets, one.staff, ",".join(one.want), one.say,
        ]
        for one in people
    ]  # fmt: skip
    path = folder / "Partnership+survey_March+14,+2024_09.30.csv"
    return _write(path, [list(named), list(named.values()), imported, *rows])


def microsoft(folder: Path, people: Sequence[Person], *, name: str = "Partnership survey") -> Path:
    """One row of headings; several ticks in a cell, each followed by a semicolon."""
    asked = [WHERE, KIND, BOARD, PLAN, POOLED, *GRID, MEETS, STAFF, WANT, SAY]
    heads = ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", *asked]
    rows = [
        [
            one.number, one.began, one.ended, "anonymous", "", "", one.region, one.kind,
            "".join(f"{agency};" for agency in one.board)
            + ("The parish;" if one.number % 31 == 0 else ""),
            one.plan, one.pooled, *one.far, one.meets, int(one.staff) if one.staff else "",
            "".join(f"{want};" for want in one.want), one.say,
        ]
        for one in people
    ]  # fmt: skip
    return _workbook(folder / f"{name}.xlsx", {"Sheet1": [heads, *rows]})


def google(folder: Path, waves: Mapping[int, Sequence[Person]]) -> Path:
    """One row of headings; several ticks in a cell, with commas between; waves told by a column."""
    heads = [
        "Timestamp", "Email Address", "Year of the return", "Name of your partnership", WHERE, KIND,
        BOARD, PLAN, POOLED, *[f"{FAR} [{one}]" for one in GRID], MEETS, STAFF, WANT, SAY,
    ]  # fmt: skip
    rows = [
        [
            f"{one.began:%d/%m/%Y %H:%M:%S}", f"lead{one.number}@example.org", year,
            f"Partnership {one.number:03}", one.region, one.kind, ", ".join(one.board), one.plan,
            one.pooled, *one.far, one.meets, one.staff, ", ".join(one.want), one.say,
        ]
        for year, people in waves.items()
        for one in people
    ]  # fmt: skip
    return _write(folder / "Partnership survey (Responses) - Form responses 1.csv", [heads, *rows])


def limesurvey(folder: Path, people: Sequence[Person], *, full: bool = True) -> Path:
    """Headings in full ("Question [Option]", Yes and No) or as codes ("Q3[SQ001]", Y and N)."""
    asked = {
        "Q1": WHERE,
        "Q2": KIND,
        **{f"Q3[SQ{n:03}]": f"{BOARD} [{one}]" for n, one in enumerate(AGENCIES, 1)},
        "Q3[other]": f"{BOARD} [Other]",
        "Q4": PLAN,
        "Q5": POOLED,
        **{f"Q6[SQ{n:03}]": f"{FAR} [{one}]" for n, one in enumerate(GRID, 1)},
        "Q7": MEETS,
        "Q8": STAFF,
        **{f"Q9[SQ{n:03}]": f"{WANT} [{one}]" for n, one in enumerate(WANTS, 1)},
        "Q10": SAY,
    }
    own = {
        "id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page",
        "startlanguage": "Start language", "seed": "Seed", "startdate": "Date started",
        "datestamp": "Date last action", "ipaddr": "IP address", "refurl": "Referrer URL",
    }  # fmt: skip
    named = {**own, **asked}
    yes, no = ("Yes", "No") if full else ("Y", "N")
    rows = [
        [
            one.number, f"{one.ended:%Y-%m-%d %H:%M:%S}", 4, "en", 1000003 * one.number,
            f"{one.began:%Y-%m-%d %H:%M:%S}", f"{one.ended:%Y-%m-%d %H:%M:%S}",
            f"203.0.113.{one.number % 250}", "", one.region, one.kind,
            *_ticks(one.board, AGENCIES, yes, no), "The parish" if one.number % 31 == 0 else "",
            one.plan if full else one.plan[:1], one.pooled, *one.far, one.meets, one.staff,
            *_ticks(one.want, WANTS, yes, no), one.say,
        ]
        for one in people
    ]  # fmt: skip
    heads = list(named.values() if full else named)
    return _write(folder / "results-survey481516.csv", [heads, *rows], quoted=True)


def _coded(options: Sequence[str]) -> dict[str, str]:
    return {one: one.casefold().replace(" ", "_").replace("'", "") for one in options}


def kobo(folder: Path, people: Sequence[Person]) -> tuple[Path, Path]:
    """Names of the XLSForm with their groups; ticks together and apart; the XLSForm beside."""
    lists = {
        "region": REGIONS, "kind": TYPES, "agency": AGENCIES, "yn": ("Yes", "No"),
        "budget": BUDGET, "agree": AGREE, "often": OFTEN, "want": WANTS,
    }  # fmt: skip
    code = {name: _coded(options) for name, options in lists.items()}
    far = [f"far_{number}" for number in range(1, len(GRID) + 1)]
    form = [
        ["type", "name", "label", "required", "relevant"],
        ["start", "start", "", "", ""],
        ["end", "end", "", "", ""],
        ["begin_group", "you", "About you", "", ""],
        ["select_one region", "region", WHERE, "true", ""],
        ["select_one kind", "kind", KIND, "true", ""],
        ["end_group", "", "", "", ""],
        ["begin_group", "board_group", "The Board", "", ""],
        ["select_multiple agency", "board", BOARD, "", ""],
        ["select_one often", "meets", MEETS, "", ""],
        ["end_group", "", "", "", ""],
        ["begin_group", "work", "How you work", "", ""],
        ["select_one yn", "plan", PLAN, "", ""],
        ["select_one budget", "pooled", POOLED, "", ""],
        *[["select_one agree", name, text, "", ""] for name, text in zip(far, GRID, strict=True)],
        ["integer", "staff", STAFF, "", ""],
        ["select_multiple want", "want", WANT, "", ""],
        ["text", "say", SAY, "", ""],
        ["end_group", "", "", "", ""],
    ]
    choices = [["list_name", "name", "label"]]
    choices += [[name, code[name][one], one] for name, options in lists.items() for one in options]
    heads = [
        "start", "end", "you/region", "you/kind", "board_group/board",
        *[f"board_group/board/{code['agency'][one]}" for one in AGENCIES], "board_group/meets",
        "work/plan", "work/pooled", *[f"work/{name}" for name in far], "work/staff", "work/want",
        *[f"work/want/{code['want'][one]}" for one in WANTS], "work/say",
        "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status",
        "_submitted_by", "__version__", "_tags", "_index",
    ]  # fmt: skip
    rows = []
    for one in people:
        board, want = ([code[n][c] for c in picked] for n, picked in
                       (("agency", one.board), ("want", one.want)))  # fmt: skip
        rows.append([
            f"{one.began:%Y-%m-%dT%H:%M:%S}.000+01:00", f"{one.ended:%Y-%m-%dT%H:%M:%S}.000+01:00",
            code["region"][one.region], code["kind"][one.kind], " ".join(board),
            *[int(c in board) if board else "" for c in code["agency"].values()],
            code["often"].get(one.meets, ""), code["yn"].get(one.plan, ""),
            code["budget"].get(one.pooled, ""), *[code["agree"].get(a, "") for a in one.far],
            int(one.staff) if one.staff else "", " ".join(want),
            *[int(c in want) if want else "" for c in code["want"].values()], one.say,
            290000000 + one.number, f"{one.number:08x}-2f6d-4e7a-9c1b-5d8e7f6a5b4c",
            f"{one.ended:%Y-%m-%dT%H:%M:%S}", "", "", "submitted_via_web", "", "vKx3nQ7p", "",
            one.number,
        ])  # fmt: skip
    data = _workbook(
        folder / "Partnership_survey_-_all_versions_-_False_-_2024-03-14.xlsx",
        {"Partnership survey": [heads, *rows]},
    )
    settings = [["form_title", "version"], ["Partnership survey", "1"]]
    return data, _workbook(
        folder / "Partnership survey form.xlsx",
        {"survey": form, "choices": choices, "settings": settings},
    )


def redcap(folder: Path, waves: Mapping[str, Sequence[Person]]) -> tuple[Path, Path]:
    """Codes, a 0 or 1 for each tick, an event a wave; the data dictionary beside."""
    kinds = {
        "region": (WHERE, REGIONS), "kind": (KIND, TYPES), "pooled": (POOLED, BUDGET),
        **{f"far_{n}": (text, AGREE) for n, text in enumerate(GRID, 1)}, "meets": (MEETS, OFTEN),
    }  # fmt: skip
    form = "partnership_survey"
    head = [
        "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
        "Choices, Calculations, OR Slider Labels", "Field Note",
        "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
        "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
        "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name",
        "Matrix Ranking?", "Field Annotation",
    ]  # fmt: skip

    def described(name: str, header: str, kind: str, label: str, choices: Sequence[str] = (),
                  valid: str = "", matrix: str = "") -> list[str]:  # fmt: skip
        listed = " | ".join(f"{n}, {one}" for n, one in enumerate(choices, 1))
        return [name, form, header, kind, label, listed, "", valid, *[""] * 7, matrix, "", ""]

    book = [
        head,
        described("record_id", "", "text", "Record ID"),
        described("region", "About you", "dropdown", WHERE, REGIONS),
        described("kind", "", "radio", KIND, TYPES),
        described("board", "The Board", "checkbox", BOARD, AGENCIES),
        described("meets", "", "radio", MEETS, OFTEN),
        described("plan", "How you work", "yesno", PLAN),
        described("pooled", "", "radio", POOLED, BUDGET),
        *[described(f"far_{n}", FAR if n == 1 else "", "radio", text, AGREE, matrix="far")
          for n, text in enumerate(GRID, 1)],
        described("staff", "", "text", STAFF, valid="integer"),
        described("want", "", "checkbox", WANT, WANTS),
        described("say", "", "notes", SAY),
    ]  # fmt: skip
    heads = [
        "record_id", "redcap_event_name", "redcap_survey_identifier", f"{form}_timestamp",
        "region", "kind", *[f"board___{n}" for n in range(1, len(AGENCIES) + 1)], "meets", "plan",
        "pooled", *[f"far_{n}" for n in range(1, len(GRID) + 1)], "staff",
        *[f"want___{n}" for n in range(1, len(WANTS) + 1)], "say", f"{form}_complete",
    ]  # fmt: skip

    def number(name: str, text: str) -> str:
        return str(kinds[name][1].index(text) + 1) if text else ""

    rows = [
        [
            one.number, event, "", f"{one.ended:%Y-%m-%d %H:%M:%S}",
            number("region", one.region), number("kind", one.kind),
            *[int(agency in one.board) for agency in AGENCIES], number("meets", one.meets),
            {"Yes": "1", "No": "0", "": ""}[one.plan], number("pooled", one.pooled),
            *[number(f"far_{n}", text) for n, text in enumerate(one.far, 1)], one.staff,
            *[int(want in one.want) for want in WANTS], one.say, 2,
        ]
        for event, people in waves.items()
        for one in people
    ]  # fmt: skip
    data = _write(folder / "PartnershipSurvey_DATA_2024-03-14_0930.csv", [heads, *rows])
    return data, _write(folder / "PartnershipSurvey_DataDictionary_2024-03-14.csv", book)
