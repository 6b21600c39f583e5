"""A channel's address is typed by a person: whatever its spelling, it reaches public hosts and nothing else."""

import socket

import pytest

from flightrules.service.notices import outside
from flightrules.service.notices.outside import OutsideError, post, target_of

SPELLINGS = """
http://hooks.example.org/x
ftp://hooks.example.org/x
file:///etc/passwd
gopher://hooks.example.org/
javascript:alert(1)
//hooks.example.org/x
hooks.example.org/x
https:///x
https://
https://localhost/
https://localhost./
https://LOCALHOST/
https://localhost.localdomain:22/
https://127.0.0.1/
https://127.1/
https://127.0.1/
https://2130706433/
https://0x7f000001/
https://0x7f.0.0.1/
https://017700000001/
https://0177.0.0.1/
https://0/
https://0.0.0.0/
https://10.0.0.1/
https://172.16.0.1/
https://192.168.0.1/
https://169.254.169.254/latest/meta-data/
https://100.64.0.1/
https://198.18.0.1/
https://224.0.0.1/
https://255.255.255.255/
https://[::1]/
https://[::]/
https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/
https://[0:0:0:0:0:ffff:127.0.0.1]/
https://[fe80::1]/
https://[fe80::1%25eth0]/
https://[fc00::1]/
https://[fd00:ec2::254]/
https://[64:ff9b::7f00:1]/
https://[2002:7f00:1::]/
https://[2001:0:7f00:1::]/
https://user@hooks.example.org/
https://user:pass@hooks.example.org/
https://hooks.example.org@127.0.0.1/
https://127.0.0.1#@hooks.example.org/
https://hooks.example.org#fragment
https://hooks.example.org\\@127.0.0.1/
https://hooks.example.org%2f@127.0.0.1/
https://under_score.example.org/
https://-dash.example.org/
https://dash-.example.org/
https://hooks..example.org/
https://.example.org/
https://hooks.example.org:22/
https://hooks.example.org:99999/
https://hooks.example.org:port/
https://hooks.example.org:-1/
https://b\u00fccher.example/
https://hooks.example\u3002org/
https://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54/
https://hooks.example.org /x
https://hooks.exa\tmple.org/
https://hooks.example.org/\r\nHost: evil
https://1.1.1.1.nip.example1/
"""


@pytest.mark.parametrize("spelling", [line for line in SPELLINGS.split("\n") if line])
def test_a_spelling_that_could_mean_another_host_is_refused(spelling, settings, monkeypatch):
    settings.FLIGHTRULES_NOTICE_HOSTS = []
    monkeypatch.setattr(socket, "create_connection", _no_connection)
    monkeypatch.setattr(socket, "getaddrinfo", _answers("127.0.0.1"))
    with pytest.raises(OutsideError):
        post(target_of(spelling), b"{}", {})


def _no_connection(*_, **__):
    raise AssertionError("it connected")


def _answers(*addresses: str):
    def resolve(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return resolve


@pytest.mark.parametrize(
    "inner",
    [  # addresses that a name may lead to, none of which is listened at
        "127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0",  # noqa: S104 -- the case
        "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_before_anything_connects(inner, settings, monkeypatch):
    settings.FLIGHTRULES_NOTICE_HOSTS = []
    monkeypatch.setattr(socket, "create_connection", _no_connection)
    monkeypatch.setattr(socket, "getaddrinfo", _answers("93.184.216.34", inner))
    with pytest.raises(OutsideError, match="not public"):
        post(target_of("https://hooks.example.org/x"), b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(settings, monkeypatch):
    """A name that leads elsewhere the second time (rebinding) is not asked a second time."""
    settings.FLIGHTRULES_NOTICE_HOSTS = []
    asked, connected = [], []

    def resolve(host, port, **_):
        asked.append(host)
        return _answers("93.184.216.34" if len(asked) == 1 else "127.0.0.1")(host, port)

    def connect(address, *_):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutsideError, match="cannot be reached"):
        post(target_of("https://hooks.example.org/x"), b"{}", {})
    assert (asked, connected) == (["hooks.example.org"], ["93.184.216.34"])


def test_an_operator_can_allow_an_inner_host(settings):
    settings.FLIGHTRULES_NOTICE_HOSTS = ["hooks.inner:8080"]
    assert target_of("http://hooks.inner:8080/x").trusted
    with pytest.raises(OutsideError):
        target_of("http://hooks.inner:8081/x")


def test_a_public_address_is_taken(settings):
    settings.FLIGHTRULES_NOTICE_HOSTS = []
    found = target_of("https://hooks.slack.com/services/T0/B0/x?y=1")
    assert (found.host, found.port, found.path) == ("hooks.slack.com", 443, "/services/T0/B0/x?y=1")
    assert outside.DEADLINE_S <= 15
