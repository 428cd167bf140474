"""What an operator writes into the environment is read as meant, or refused in words."""

import pytest

from trellis.config.data_folder import contact_address, host_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""), ("security@example.org", "mailto:security@example.org"), ("https://example.org/s", "https://example.org/s"),
        ("mailto:a@example.org\nContact: mailto:b@evil.example", "mailto:a@example.org Contact: mailto:b@evil.example"),
    ],
)  # fmt: skip
def test_contact_address_is_one_line_and_a_whole_address(typed: str, kept: str) -> None:
    assert contact_address(typed) == kept


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://mentoring.example.org", "mentoring.example.org"), ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:80", "127.0.0.1"), ("http://[::1]:8000", "[::1]"),
    ],
)  # fmt: skip
def test_host_is_as_allowed_hosts_spells_it(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url", ["mentoring.example.org", "", "ftp://x.example", "https://", "https://x.example/trellis"]
)
def test_address_that_cannot_be_served_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="it must be like https://"):
        host_of(url)
