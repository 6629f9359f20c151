"""Which addresses are a cloud of Zoom's, and what is said of those that are none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, CloudError, is_loopback, parse_cloud
from zoomgov.zoom.hosts import choose_api_base


@pytest.mark.parametrize("text", ["zoom.us", " Zoom.US ", "https://zoom.us", "https://zoom.us/"])
def test_the_commercial_cloud_has_several_spellings(text: str) -> None:
    assert parse_cloud(text) is ZOOM_US


def test_the_government_cloud_has_its_own_hosts() -> None:
    cloud = parse_cloud("zoomgov.com")
    assert cloud is ZOOM_GOV
    assert cloud.token_url == "https://zoomgov.com/oauth/token"
    assert cloud.api_base == "https://api.zoomgov.com/v2"


def test_pages_for_people_belong_to_the_cloud() -> None:
    assert (ZOOM_US.marketplace_url, ZOOM_US.portal_url) == ("https://marketplace.zoom.us", "https://zoom.us")
    assert ZOOM_GOV.marketplace_url == "https://marketplace.zoomgov.com"
    assert ZOOM_GOV.portal_url == "https://zoomgov.com"
    own = parse_cloud("https://proxy.example.com")
    assert (own.marketplace_url, own.portal_url) == (ZOOM_US.marketplace_url, ZOOM_US.portal_url)


@pytest.mark.parametrize(
    "text",
    ["https://proxy.example.com", "https://proxy.example.com:8443/zoom", "https://proxy.example.com/X", "http://127.0.0.1:8000",
     "http://localhost:1", "http://[::1]:9000"],
)  # fmt: skip
def test_an_address_serves_tokens_and_api(text: str) -> None:
    cloud = parse_cloud(text + "/")
    assert (cloud.token_url, cloud.api_base, cloud.custom) == (f"{text}/oauth/token", f"{text}/v2", True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "zoomgov.com"),
        ("zoom", "https://"),
        ("http://proxy.example.com", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
        ("ftp://zoom.us", "not a Zoom cloud"),
        ("https://", "not a Zoom cloud"),
        ("https://user:pw@proxy.example.com", "plain address"),
        ("https://proxy.example.com?x=1", "plain address"),
        ("https://proxy.example.com:port", "not a web address"),
        ("https://[::1", "not a web address"),
    ],
)
def test_what_is_no_cloud_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(CloudError, match=says):
        parse_cloud(text)


LOOK_ALIKES = [
    "https://z\u043e\u043em.us",  # Cyrillic o
    "https://zoom.\u03c5s",  # Greek upsilon
    "https://\uff5a\uff4f\uff4f\uff4d.us",  # full width: IDNA makes it zoom.us
    "https://z\u1ecd\u1ecdm.us",  # o with a dot below
    "https://zoom\u3002us",  # ideographic full stop: IDNA makes it a dot
    "https://zoom.us\u2215x.example",  # division slash
    "https://zoom.us\u200b.example",
    "https://zoom\u00ad.us",
    "z\u043eom.us",
    "https://example.com/\u202egpj",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_letters_that_may_look_like_others_are_refused(text: str) -> None:
    with pytest.raises(CloudError, match="may look like another letter"):
        parse_cloud(text)


def test_a_name_in_another_script_can_be_written_as_dns_has_it() -> None:
    with pytest.raises(CloudError, match=r"write the name as xn--bcher-kva\.example"):
        parse_cloud("https://b\u00fccher.example")
    assert parse_cloud("https://xn--bcher-kva.example").token_url == "https://xn--bcher-kva.example/oauth/token"


@pytest.mark.parametrize(
    "text",
    [
        "https://a b", "https://a\tb", "https://a\nb.example", "https://a\x00b", "https://a_b.example", "https://-a.example",
        "https://a-.example", "https://a..example", "https://.example", "https://a.example.", "https://a%20b",
        "https://a%2fb.example", "https://a\\b.example", "https://a|b", "https://a,b", "https://a;b", "https://a*b",
        f"https://{'a' * 64}.example", f"https://{'a.' * 130}example", "https://[fe80::1%25eth0]", "https://[::1]x",
        "https://zoom.us@evil.example", "https://@evil.example", "https://a?", "https://a#", "https://a/b c", "https://a/<b>",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(CloudError):
        parse_cloud(text)


def test_upper_case_is_no_other_host() -> None:
    cloud = parse_cloud("HTTPS://Proxy.Example.COM/Zoom")
    assert (cloud.name, cloud.token_url) == (
        "https://proxy.example.com/Zoom",
        "https://proxy.example.com/Zoom/oauth/token",
    )


@pytest.mark.parametrize("host", ["eu.zoom.us", "eu-1.zoom.us"])
def test_a_data_region_is_under_the_clouds_domain(host: str) -> None:
    assert choose_api_base(f"https://{host}", ZOOM_US) == (f"https://{host}/v2", "")


@pytest.mark.parametrize(
    "host", ["a b.zoom.us", "a_b.zoom.us", "a..zoom.us", ".zoom.us", "\uff41.zoom.us", "a%2e.zoom.us", "a\t.zoom.us"]
)
def test_a_data_region_of_another_kind_is_ignored(host: str) -> None:
    base, note = choose_api_base(f"https://{host}", ZOOM_US)
    assert base == ZOOM_US.api_base
    assert note


HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")


@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map(lambda text: f"https://{text}")))
def test_any_text_names_a_host_that_can_be_read_or_is_an_error(text: str) -> None:
    try:
        cloud = parse_cloud(text)
    except CloudError:
        return
    assert cloud.token_url.isascii()
    assert HOST.fullmatch(re.sub(r":\d*$", "", cloud.token_url.split("/")[2]))


@given(st.text(max_size=60))
def test_any_text_is_a_safe_cloud_or_an_error(text: str) -> None:
    try:
        cloud = parse_cloud(text)
    except CloudError:
        return
    assert cloud.token_url.startswith("https://") or is_loopback(cloud.token_url.split("/")[2].rsplit(":", 1)[0])


def test_no_spelling_is_suggested_that_is_no_name() -> None:
    """IDNA passes control characters through."""
    with pytest.raises(CloudError) as caught:
        parse_cloud("\x1b\n\u00a1")
    assert "write the name as" not in str(caught.value)
    assert str(caught.value).isprintable()
