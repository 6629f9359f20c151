"""Which addresses are a cloud of Zoom's, and what is said of those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, CloudError, is_loopback, parse_cloud


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


@given(st.text(max_size=60))
def test_any_text_is_a_safe_cloud_or_an_error(text: str) -> None:
    try:
        cloud = parse_cloud(text)
    except CloudError:
        return
    assert cloud.token_url.startswith("https://") or is_loopback(cloud.token_url.split("/")[2].rsplit(":", 1)[0])
