"""The matching report as a PDF: tagged for screen readers where every letter has a glyph, and never refused."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trellis.matching.queries.fairness_page import Fairness, Finding, ShownRow
from trellis.matching.queries.report import Content, Pair
from trellis.matching.queries.report_settings import Fact

HERE = Path(__file__).parent
TEMPLATE, FONTS = HERE / "round.typ", HERE / "fonts"
ACCESSIBLE = "ua-1"  # refuses a letter without a glyph, so such a report is set again without it


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Ours first; for letters that ours lack whatever the server has. Looked for once a process."""
    return typst.Fonts(font_paths=[str(FONTS)])


def pdf_of(content: Content) -> bytes:
    """The same bytes for the same content on the same server."""
    plain = _plain(content)
    try:
        return _set(content, plain, [ACCESSIBLE])
    except typst.TypstError:
        return _set(content, {**plain, "note": _note()}, [])


def _set(content: Content, plain: dict[str, Any], standards: list[Any]) -> bytes:
    return typst.compile(
        TEMPLATE, root=HERE, font_paths=_fonts(), format="pdf", timestamp=int(content.made.timestamp()),
        pdf_standards=standards,
        sys_inputs={"report": json.dumps(plain), "certificate": content.certificate.decode()},
    )  # fmt: skip


def _note() -> str:
    return _("Some letters of this report have no glyph on the server that made it; the workbook has all of them.")


def _plain(content: Content) -> dict[str, Any]:
    """Content as JSON. Text goes into the document as text: nothing that anybody wrote is read as markup."""
    title = _("Matching report, round %(number)d") % {"number": content.number}
    proven = content.proven
    return {
        "language": (get_language() or "en").split("-")[0], "title": title, "programme": content.programme,
        "organisation": content.organisation, "note": "", "words": _words(content),
        "about": _facts(content.about), "figures": _facts(content.figures), "settings": _facts(content.settings),
        "identity": _facts(content.identity), "headline": proven.headline, "promise": proven.text,
        "steps": [list(step) for step in proven.steps], "holds": proven.holds, "checked": proven.checked,
        "faults": list(proven.faults), "how": list(proven.how),
        "pairs": [_pair(pair, content) for pair in content.pairs],
        "loads": [[load.name, str(load.people), str(load.places)] for load in content.loads],
        "unmatched": [[row.name, row.side_words, row.why, row.help] for row in content.unmatched],
        "fairness": _fairness(content.fairness) if content.fairness else None, "no_fairness": content.no_fairness,
    }  # fmt: skip


def _facts(facts: tuple[Fact, ...]) -> list[list[str]]:
    return [[fact.label, fact.value] for fact in facts]


def _pair(pair: Pair, content: Content) -> dict[str, Any]:
    day = date_format(pair.decided_at, "j M Y") if pair.decided_at else ""
    decided = " · ".join(filter(None, [pair.decided_by, day]))
    week = _("Week %(week)d") % {"week": pair.week} if content.rotates and pair.week else ""
    return {
        "mentee": pair.mentee, "mentor": pair.mentor, "score": "–" if pair.score is None else str(pair.score),
        "state": pair.state, "origin": "" if pair.by_plan else pair.origin, "decided": decided, "week": week,
        "reasons": list(pair.reasons), "gap": pair.gap,
    }  # fmt: skip


def _words(content: Content) -> dict[str, str]:
    equals = content.equals
    return {
        "who": _("For the people who run this programme. It names people: pass it on with care."),
        "figures": _("In figures"), "proof": _("Is it the best plan?"), "how": _("How to check it yourself"),
        "pairs": _("Pairs"), "settings": _("Settings of this round"), "loads": _("Mentees for each mentor"),
        "unmatched": _("Not matched"), "fairness": _("Who gets a mentor"),
        "identity": _("To make it again, byte for byte"),
        "mentee": _("Person") if equals else _("Mentee"), "mentor": _("Partner") if equals else _("Mentor"),
        "score": _("Score"), "state": _("State"), "why": _("Why"), "help": _("What would help"), "gap": _("To know:"),
        "name": _("Name"), "side": _("Side"), "people": _("Mentees"), "places": _("Places"),
        "nobody": _("Everybody who was looking has a pair."), "no_pairs": _("There are no pairs."),
        "group": _("Group"), "share": _("Share"), "interval": _("95 % interval"), "ratio": _("Ratio"),
        "hidden": _("What is not shown"), "certificate": _("The certificate of this round, as it can be checked"),
    }  # fmt: skip


def _fairness(fairness: Fairness) -> dict[str, Any]:
    people = _("%(people)s Figures of %(date)s; they are made once and stay as they are.") % {
        "people": fairness.people, "date": date_format(fairness.made_at, "j F Y"),
    }  # fmt: skip
    return {
        "people": people, "findings": finding_words(fairness),
        "tables": [
            {
                "title": table.title, "about": table.about, "column": table.column,
                "kinds": [{"kind": each.kind, "rows": [_row(row) for row in each.rows]} for each in table.kinds],
            }
            for table in fairness.tables
        ],
        "hidden": [[each.what, each.why] for each in fairness.hidden],
        "proxies": [[each.kind, "; ".join(f"{name}: {words}" for name, words in each.telling)]
                    for each in fairness.proxies if each.telling],
        "proxies_title": _("What the factors alone would tell about a group"),
        "about": _("The figures are about the plan as the matcher proposed it. What was swapped or declined by hand "
                   "is not in them. A table is shown whole or not at all."),
    }  # fmt: skip


def finding_words(fairness: Fairness) -> list[str]:
    """As the page of the round says it."""
    if fairness.findings:
        return [_finding(each) for each in fairness.findings]
    if fairness.tables:
        return [_("No difference that chance alone would not explain.") + " " + _(
            "That is not a proof of fairness: a small difference in a small group cannot be seen. Look again when more "
            "people have been matched."
        )]  # fmt: skip
    return [_("Not enough people to say anything without revealing someone.")]


def _finding(found: Finding) -> str:
    said = [found.text, _("Chance alone would hardly make this.")]
    if found.certain:
        said[1] = _("Chance alone would hardly make this; the interval of the ratio lies wholly below 1.")
    if found.before_matching:
        said.append(_("At least part of it arises before matching: rules leave the same group fewer mentors."))
    return " ".join(said)


def _row(row: ShownRow) -> list[str]:
    name = f"{row.group} ({row.detail})" if row.detail else row.group
    return [
        name, f"{row.yes} / {row.size}", f"{row.share} %", "–" if row.ratio is None else f"{row.ratio:.2f}",
        ratio_words(row),
    ]  # fmt: skip


def ratio_words(row: ShownRow) -> str:
    """The interval of a ratio and what it may mean, as the page of the round says it."""
    if row.ratio_low is None or row.ratio_high is None:
        return _("not enough data") if row.ratio is None else _("compared with")
    words = _("%(low)s to %(high)s") % {"low": f"{row.ratio_low:.2f}", "high": f"{row.ratio_high:.2f}"}
    said = {"chance": _("may be chance"), "gap": _("hardly chance"), "difference": _("hardly chance")}
    return f"{words}, {said[row.verdict]}" if row.verdict in said else words
