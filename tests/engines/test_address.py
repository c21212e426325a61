"""What people write into OLLAMA_HOST, and what becomes of it."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidHost
from sutra_tui.engines.address import (
    DEFAULT_URL,
    display,
    host_from_environment,
    is_loopback,
    own_address,
    parse_host,
)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("  ", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]", "http://[::1]:11434"),
        ("[::]:11434", "http://[::1]:11434"),
        ("::", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("0001:002:003:0004::1", "http://[1:2:3:4::1]:11434"),
        ("http://[fe80::1]/x/", "http://[fe80::1]:80/x"),
        (":56789", "http://127.0.0.1:56789"),
        ("1.2.3.4:56789", "http://1.2.3.4:56789"),
        ("http://x", "http://x:80"),
        ("https://x", "https://x:443"),
        ("HTTP://X", "http://x:80"),
        ("http://", "http://127.0.0.1:80"),
        ("x/path", "http://x:11434/path"),
        ("x:1/path/", "http://x:1/path"),
        ("x//a//b/", "http://x:11434/a/b"),
        (" localhost ", "http://localhost:11434"),
        ('"localhost"', "http://localhost:11434"),
        ("' localhost:1 '\n", "http://localhost:1"),
        ("ollama.com", "https://ollama.com:443"),
        ("http://127.0.0.1:11434/api", "http://127.0.0.1:11434"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434"),
        ("https://example.org/ollama/api", "https://example.org:443/ollama"),
        ("host.docker.internal", "http://host.docker.internal:11434"),
        ("my_box.", "http://my_box.:11434"),
        ("bücher.example", "http://xn--bcher-kva.example:11434"),
        ("0.0.0。0", "http://127.0.0.1:11434"),
    ],
)
def test_N22_addresses_are_read_as_ollama_reads_them(written: str, url: str) -> None:
    assert parse_host(written) == url
    assert parse_host(url) == url
    assert str(httpx.URL(url).host)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("host:port", "port"),
        ("x:", "port"),
        ("x:0", "port 0"),
        ("x:99999", "port 99999"),
        ("x:-1", "port"),
        ("x:٣", "port"),
        ("[::1]:x", "port"),
        ("http://x:8080?a=b", "port"),
        ("256.1.1.1", "IPv4"),
        ("1.2.3", "IPv4"),
        ("0。", "IPv4"),
        ("[1.2.3.4]", "IPv6"),
        ("[::1", "IPv6"),
        ("[::1]8080", "IPv6"),
        ("1:2:3", "IPv6"),
        ("fe80::1%eth0", "IPv6"),
        ("tcp://1.2.3.4:5", "http://"),
        ("ftp://x", "http://"),
        ("unix:///run/ollama.sock", "http://"),
        ("a b", "host name"),
        ("x?y", "host name"),
        ("-x", "host name"),
        ("x..y", "host name"),
        ("xn--a", "host name"),
        ("\ud800", "host name"),
        ("a" * 64, "host name"),
        ("x/../y", "path"),
        ("x/a b", "path"),
        ("x" * 2000, "longer"),
    ],
)
def test_N22_nonsense_is_refused_by_the_name_of_the_part(written: str, part: str) -> None:
    with pytest.raises(InvalidHost) as caught:
        parse_host(written, field="OLLAMA_HOST")
    assert caught.value.message.startswith("The OLLAMA_HOST ")
    assert part in caught.value.message
    assert "localhost:11434" in caught.value.remedy


@pytest.mark.parametrize(
    "written",
    ["http://u:s3cret@x:1", "u:s3cret@x", "http://u:s3c/ret@x:1", "@s3cret", "x:1/s3cret@y"],
)
def test_N22_a_password_is_refused_and_never_repeated(written: str) -> None:
    with pytest.raises(InvalidHost) as caught:
        parse_host(written)
    assert "password" in caught.value.message
    assert "s3c" not in str(caught.value)


_PIECES = st.sampled_from(
    ["http://", "https://", "://", ":", "/", "[", "]", "::", "1", "0", ".", "x", "xn--", "@", "%",
     "?", "#", "\\", "api", "v1", " ", '"', "é", "\u3002", "\udcff", "11434", "99999", "-", "\x00"]
)  # fmt: skip


@settings(deadline=None)
@given(st.text() | st.lists(_PIECES, max_size=12).map("".join))
def test_N22_any_text_gives_a_usable_url_or_a_refusal(written: str) -> None:
    try:
        url = parse_host(written)
    except InvalidHost as error:
        assert error.message
        return
    seen = httpx.URL(url)
    assert seen.scheme in ("http", "https")
    assert seen.host and not seen.userinfo and not seen.query
    assert parse_host(url) == url
    assert display(url)
    httpx.Request("GET", url)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        (DEFAULT_URL, True),
        ("http://localhost:1", True),
        ("http://127.9.9.9:1", True),
        ("http://[::1]:1", True),
        ("http://[::ffff:127.0.0.1]:1", True),
        ("http://x.localhost:1", True),
        ("http://localhost.example.org:1", False),
        ("http://192.168.0.2:1", False),
        ("http://127.0.0.1.example.org:1", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, local: bool) -> None:
    assert is_loopback(url) is local


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (DEFAULT_URL, "localhost:11434"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://x:80/ollama", "x:80/ollama"),
        ("https://x:443", "https://x"),
        ("https://x:8443/a", "https://x:8443/a"),
    ],
)
def test_addresses_are_shown_short(url: str, shown: str) -> None:
    assert display(url) == shown


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({}, None),
        ({"OLLAMA_HOST": ""}, None),
        ({"OLLAMA_HOST": ' "" '}, None),
        ({"OLLAMA_HOST": " x:1 "}, "x:1"),
    ],
)
def test_the_environment_is_asked_only_when_handed_over(
    environ: dict[str, str], host: str | None
) -> None:
    assert host_from_environment(environ) == host


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "127.0.0.1:11434"),
        ("localhost:8080", "localhost:8080"),
        ("0.0.0.0", "127.0.0.1:11434"),
        ("::1", "[::1]:11434"),
        ("http://127.0.0.1", "127.0.0.1:80"),
        ("https://localhost", None),
        ("localhost/ollama", None),
        ("192.168.1.20", None),
        ("example.org", None),
    ],
)
def test_where_a_server_of_ones_own_would_listen(host: str, address: str | None) -> None:
    assert own_address(parse_host(host)) == address


def test_no_address_is_not_this_machines() -> None:
    assert own_address("") is None
