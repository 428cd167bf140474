import pytest
from django.test import Client
from django.urls import reverse

from trellis.programmes.models import Programme
from trellis.web.wizard.sections import SECTIONS, Section, address


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_every_section_opens(browser: Client, programme: Programme, section: Section) -> None:
    answer = browser.get(address(section, programme))

    assert answer.status_code == 200
    assert f"<h1>{section.title}</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    "name", ["programme_settings", "programme_summary", "programme_duplicate", "condition_new", "question_new"]
)
def test_every_page_of_a_programme_opens(browser: Client, programme: Programme, name: str) -> None:
    assert browser.get(reverse(name, args=[programme.slug])).status_code == 200


@pytest.mark.parametrize("name", ["programme_templates", "programme_import", "objectives"])
def test_every_page_above_programmes_opens(browser: Client, name: str) -> None:
    assert browser.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["programme_new", "programme_template"])
def test_every_page_of_a_template_opens(browser: Client, name: str) -> None:
    assert browser.get(reverse(name, args=["career_formal"])).status_code == 200
