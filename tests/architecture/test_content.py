"""The shipped content fits together, and its checker sees what does not."""

from copy import deepcopy

from trellis.content.validate import faults, load


def test_the_shipped_content_has_no_faults() -> None:
    assert faults(load()) == []


def test_a_hole_in_each_file_is_seen() -> None:
    content = deepcopy(load())
    content["skills_taxonomy"]["skills"][0]["related"].append("no_such_skill")
    content["stages"]["stages"].pop()
    content["nudges"]["nudges"][0]["stage"] = "no_such_stage"
    content["kpis"]["kpis"][0]["interval"] = "no_such_interval"
    content["programme_templates"]["programmes"][0]["matching"]["weights"]["skill_coverage"] += 1
    content["instruments"]["instruments"].append(content["instruments"]["instruments"][0])
    content["career_framework_example"]["moves"][0]["to"] = "no_such_role"
    content["training"]["modules"].append(content["training"]["modules"][0])

    found = " ".join(faults(content))

    for word in (
        "no_such_skill", "there are eight", "no_such_stage", "no_such_interval", "weights sum to 101",
        "instruments:", "no_such_role", "training modules:",
    ):  # fmt: skip
        assert word in found
