"""Checks that the shipped content fits together: `python -m trellis.content.validate`.

Each file refers to others by id; an id that nothing defines would only be noticed by the person who meets the hole.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

Content = dict[str, Any]  # as YAML gives it
FOLDER = Path(__file__).parent


def load(folder: Path = FOLDER) -> Content:
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.yaml"))}


def faults(content: Content) -> list[str]:
    """What does not fit, one sentence each; empty when all does."""
    return [fault for check in CHECKS for fault in check(content)]


def _ids(rows: Iterable[Content]) -> list[str]:
    return [row["id"] for row in rows]


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"{what}: {name} is defined {count} times" for name, count in Counter(names).items() if count > 1)


def _unknown(where: str, used: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    yield from (f"{where}: nothing defines {name}" for name in sorted(set(used) - set(known)))


def _skills(content: Content) -> Iterator[str]:
    skills = content["skills_taxonomy"]["skills"]
    yield from _twice("skills", _ids(skills))
    words = [skill["name"].lower() for skill in skills]
    words += [alias.lower() for skill in skills for alias in skill.get("aliases", ())]
    yield from _twice("names and aliases of skills", words)
    related = {skill["id"]: set(skill["related"]) for skill in skills}
    for name, others in related.items():
        yield from _unknown(f"skill {name}, related", others, related)
        for other in others & set(related):
            if name not in related[other]:
                yield f"skill {name} is related to {other}, but not the other way round"


def _career_framework(content: Content) -> Iterator[str]:
    framework = content["career_framework_example"]
    skills = _ids(content["skills_taxonomy"]["skills"])
    levels, competencies = set(_ids(framework["levels"])), set(_ids(framework["competencies"]))
    if set(framework["expectations"]) != levels:
        yield "career framework: expectations must stand for every level, and no other"
    for level, expected in framework["expectations"].items():
        if set(expected) != competencies:
            yield f"career framework, {level}: every competency needs an expectation"
    for competency in framework["competencies"]:
        if set(competency["indicators"]) != {1, 2, 3, 4, 5}:
            yield f"career framework, {competency['id']}: indicators run from 1 to 5"
    for role in framework["role_profiles"]:
        yield from _unknown(f"role {role['id']}, level", [role["level"]], levels)
        yield from _unknown(f"role {role['id']}, skills", role["skills"], skills)
    for track in framework["tracks"]:
        yield from _unknown("tracks", track["levels"], levels)
    roles = _ids(framework["role_profiles"])
    yield from _unknown("moves", [end for move in framework["moves"] for end in (move["from"], move["to"])], roles)


def _stages(content: Content) -> Iterator[str]:
    stages = content["stages"]["stages"]
    if len(stages) != 8:
        yield f"stages: there are eight, and here are {len(stages)}"
    yield from _twice("stages", _ids(stages))
    yield from _twice("tasks", [task["id"] for stage in stages for tasks in stage["tasks"].values() for task in tasks])
    for stage in stages:
        yield from _unknown(f"stage {stage['id']}, nudges", stage["nudges"], _ids(content["nudges"]["nudges"]))


def _prompts(content: Content) -> Iterator[str]:
    prompts = content["prompts"]
    if set(prompts["core"]) != set(_ids(content["stages"]["stages"])):
        yield "prompts: the core has one group for every stage, and no other"
    groups = [*prompts["core"].values(), *prompts["packs"].values()]
    yield from _twice("prompts", [prompt["id"] for group in groups for prompt in group])


def _nudges(content: Content) -> Iterator[str]:
    stages = _ids(content["stages"]["stages"])
    nudges = content["nudges"]
    yield from _twice("nudges", _ids(nudges["nudges"]))
    yield from _unknown("nudges, stage", [nudge["stage"] for nudge in nudges["nudges"]], stages)
    for signal in nudges["signals"]:
        yield from _unknown(f"signal {signal['id']}, stages", signal["stages"], [*stages, "any"])


def _instruments(content: Content) -> Iterator[str]:
    instruments = content["instruments"]["instruments"]
    yield from _twice("instruments", _ids(instruments))
    for name, pack in content["instruments"]["packs"].items():
        yield from _unknown(f"pack {name}, instruments", pack["instruments"], _ids(instruments))


def _kpis(content: Content) -> Iterator[str]:
    kpis = content["kpis"]
    instruments = _ids(content["instruments"]["instruments"])
    yield from _twice("KPIs", _ids(kpis["kpis"]))
    for kpi in kpis["kpis"]:
        where = f"KPI {kpi['id']}"
        yield from _unknown(f"{where}, comparison", [kpi["comparison"]], _ids(kpis["comparison_methods"]))
        yield from _unknown(f"{where}, interval", [kpi["interval"]], kpis["intervals"])
        surveys = [source[7:] for source in kpi["source"] if source.startswith("survey:")]
        yield from _unknown(f"{where}, survey", surveys, instruments)


def _programme_templates(content: Content) -> Iterator[str]:
    templates = content["programme_templates"]
    stages, kpis = _ids(content["stages"]["stages"]), _ids(content["kpis"]["kpis"])
    yield from _twice("programme templates", _ids(templates["programmes"]))
    for template in templates["programmes"]:
        where = f"template {template['id']}"
        yield from _unknown(f"{where}, KPIs", template["kpis"], kpis)
        yield from _unknown(f"{where}, model", [template["model"]], templates["models"])
        yield from _unknown(f"{where}, stages", [row["stage"] for row in template["stages"]], stages)
        if (total := sum(template["matching"]["weights"].values())) != 100:
            yield f"{where}: the weights sum to {total}, not 100"
        weeks = template["duration_weeks"]
        late = [row["week"] for row in template["milestones"] if not 0 <= row["week"] <= weeks]
        yield from (f"{where}: a milestone in week {week} lies outside its {weeks} weeks" for week in late)


def _training(content: Content) -> Iterator[str]:
    modules = content["training"]["modules"]
    yield from _twice("training modules", _ids(modules))
    for module in modules:
        yield from _twice(f"module {module['id']}, chapters", _ids(module["chapters"]))


CHECKS: tuple[Callable[[Content], Iterator[str]], ...] = (
    _skills, _career_framework, _stages, _prompts, _nudges, _instruments, _kpis, _programme_templates, _training,
)  # fmt: skip


def main() -> int:
    found = faults(load())
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    sys.stdout.write(f"Content: {len(found)} faults.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
