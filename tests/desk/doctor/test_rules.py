"""Each rule of the doctor over what was seen, as plain values."""

from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from endpoints_server.desk.doctor.case import Called, Case, Finding, Weight
from endpoints_server.desk.doctor.diagnose import ANSWERS, NETWORK, diagnose
from endpoints_server.desk.doctor.placeholder import is_placeholder
from endpoints_server.desk.doctor.rehost import rehost
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.secret import Secret
from endpoints_server.upstream.observed.exchanges import Exchanged
from endpoints_server.upstream.observed.reach import Meeting, Reach, Tried

CANARY = "sk-c4n4ryZk39dQpLw8"


def endpoint(address: str, wire: str = "openai_chat", key: str = CANARY) -> Endpoint:
    return Endpoint(
        name="Acme",
        slug="acme",
        wire=wire,
        address=address,
        credential=Credential(secret=Secret(key)),
        models=(Model(name="one"),),
    )


def reached(address: str, *tried: Tried, **more: object) -> Case:
    host, _, port = address.partition("://")[2].partition("/")[0].rpartition(":")
    reach = Reach(host=host.strip("[]"), port=int(port), is_tls=address.startswith("https"))
    known = {name: getattr(reach, name) for name in reach.__struct_fields__}
    found = Reach(**{**known, "tried": tried, **more})
    return Case(endpoint=endpoint(address), reach=found)


def network(case: Case) -> Finding:
    found = diagnose(case, NETWORK)
    assert found is not None
    assert found.weight is Weight.UNREACHABLE
    return found


def denied(address: str, *headers: str, key: str = CANARY, status: int = 401) -> Finding:
    exchange = Exchanged(
        url=f"{address}/chat/completions",
        header_names=frozenset(headers),
        status=status,
        head=b'{"error": {"message": "no"}}',
    )
    case = Case(endpoint=endpoint(address, key=key), model="one", exchange=exchange)
    found = diagnose(case, ANSWERS)
    assert found is not None
    assert found.weight is Weight.REFUSED
    return found


PORTS = {
    11434: "Ollama",
    1234: "LM Studio",
    8000: "vLLM",
    8080: "llama.cpp or LocalAI or TGI",
    1337: "Jan",
    4000: "LiteLLM",
}


@pytest.mark.parametrize("port", PORTS)
def test_a_refused_port_is_told_with_what_usually_listens_there(port: int) -> None:
    address = f"http://localhost:{port}/v1"
    found = network(reached(address, Tried("127.0.0.1", Meeting.REFUSED)))
    assert found.rule == "connection_refused"
    assert PORTS[port] in found.cause
    assert "firewall" in found.cause


def test_a_refused_port_that_nothing_is_known_of_is_told_plainly() -> None:
    found = network(reached("http://10.0.0.7:9999", Tried("10.0.0.7", Meeting.REFUSED)))
    assert "usually" not in found.cause
    assert "127.0.0.1 of its machine alone" in found.change


@pytest.mark.parametrize("works", ["127.0.0.1", "::1"])
def test_the_loopback_address_that_works_is_named(works: str) -> None:
    fails = "::1" if works == "127.0.0.1" else "127.0.0.1"
    shown = {"127.0.0.1": "127.0.0.1", "::1": "[::1]"}
    tried = (
        Tried(fails, Meeting.REFUSED),
        Tried(works, Meeting.CONNECTED, is_meant=False),
    )
    found = network(reached(f"http://{shown[fails]}:8000/v1", *tried))
    assert found.rule == "other_loopback_address"
    assert found.paste == f"baseURL: http://{shown[works]}:8000/v1"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_localhost_in_a_container_is_told_to_be_the_container(host: str) -> None:
    address = f"http://{host}:11434/v1"
    case = reached(address, Tried("127.0.0.1", Meeting.REFUSED))
    found = network(replace(case, is_contained=True))
    assert found.rule == "localhost_in_a_container"
    assert "Ollama" in found.cause
    assert "host-gateway" in found.change
    assert found.paste == "baseURL: http://host.docker.internal:11434/v1"


def test_another_machine_is_not_the_container() -> None:
    case = reached("http://10.0.0.7:8000", Tried("10.0.0.7", Meeting.REFUSED))
    assert network(replace(case, is_contained=True)).rule == "connection_refused"


def test_silence_is_told_apart_from_a_refusal() -> None:
    found = network(reached("http://10.0.0.7:8000", Tried("10.0.0.7", Meeting.SILENT)))
    assert found.rule == "no_connection"
    assert "silent" in found.symptom
    assert "proxy" in found.change


def test_a_name_without_an_address_is_told() -> None:
    found = network(reached("http://nowhere.test:80"))
    assert found.rule == "name_not_found"
    assert "nowhere.test" in found.symptom


def test_nothing_is_wrong_with_a_way_that_leads_through_a_proxy() -> None:
    assert diagnose(reached("https://x.test:443", proxy="proxy.test"), NETWORK) is None


CERTIFICATES = {
    "self-signed certificate": "SSL_CERT_FILE",
    "unable to get local issuer certificate": "SSL_CERT_FILE",
    "certificate has expired": "renewed",
    "Hostname mismatch, certificate is not valid for 'x.test'.": "as the certificate does",
}


@pytest.mark.parametrize("said", CERTIFICATES)
def test_a_certificate_is_told_with_what_is_wrong_with_it(said: str) -> None:
    tried = Tried("10.0.0.7", Meeting.CONNECTED)
    found = network(reached("https://x.test:443", tried, tls_trouble=said, is_untrusted=True))
    assert found.rule == "certificate_not_trusted"
    assert said in found.symptom
    assert CERTIFICATES[said] in found.change


def test_https_to_a_plain_port_is_told_with_the_other_scheme() -> None:
    tried = Tried("10.0.0.7", Meeting.CONNECTED)
    found = network(reached("https://x.test:8000/v1", tried, tls_trouble="WRONG_VERSION_NUMBER"))
    assert found.rule == "https_to_a_plain_port"
    assert found.paste == "baseURL: http://x.test:8000/v1"


def test_plain_http_to_the_port_of_https_is_told_with_the_other_scheme() -> None:
    case = reached("http://x.test:443/v1", Tried("10.0.0.7", Meeting.CONNECTED))
    cut = replace(case, exchange=Exchanged(url="http://x.test:443/v1"))
    found = diagnose(replace(cut, called=Called(fault="upstream_broken")), ANSWERS)
    assert found is not None
    assert found.paste == "baseURL: https://x.test:443/v1"
    slow = diagnose(replace(cut, model="one", called=Called(fault="upstream_slow")), ANSWERS)
    assert slow is not None
    assert slow.rule == "upstream_slow"


ADDRESSES = {
    "http://LOCALHOST:81/v1": "http://host.docker.internal:81/v1",
    "http://localhost:pass@localhost:81/v1?a=b": "http://localhost:pass@[::1]:81/v1?a=b",
    "https://[::1]/v1": "https://x.test/v1",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_host_takes_the_place_of_the_host_alone(address: str) -> None:
    expected = ADDRESSES[address]
    host = urlsplit(expected).hostname
    assert host is not None
    assert rehost(address, host) == expected


def test_an_address_of_ipv6_is_told_as_addresses_have_it() -> None:
    found = network(reached("http://[2001:db8::1]:81/v1", Tried("2001:db8::1", Meeting.NO_WAY)))
    assert "[2001:db8::1]:81" in found.symptom


HEADERS = {
    "https://api.anthropic.com/v1": ("x-api-key", "provider: anthropic"),
    "https://generativelanguage.googleapis.com/v1beta": ("x-goog-api-key", "provider: google"),
    "https://mine.openai.azure.com/openai/v1": ("api-key", "headers:\n  api-key: "),
    "https://api.xiaomimimo.com/v1": ("api-key", "headers:\n  api-key: "),
}


@pytest.mark.parametrize("address", HEADERS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_host_that_wants_another_header_is_known(address: str, status: int) -> None:
    header, paste = HEADERS[address]
    found = denied(address, "authorization", status=status)
    assert found.rule == "key_in_another_header"
    assert f"`{header}`" in found.cause
    assert found.paste.startswith(paste)
    assert denied(address, header, status=status).rule == "key_refused"


def test_no_authorization_is_told() -> None:
    found = denied("https://api.mistral.ai/v1", "content-type")
    assert "there is no Authorization header" in found.cause
    assert found.paste == "apiKey: '${MISTRAL_API_KEY}'"


REGIONS = {
    "https://api.moonshot.ai/v1": "api.moonshot.cn",
    "https://dashscope.aliyuncs.com/compatible-mode/v1": "dashscope-intl.aliyuncs.com",
    "https://api.z.ai/api/paas/v4": "open.bigmodel.cn",
    "https://api.minimax.io/v1": "api.minimaxi.com",
}


@pytest.mark.parametrize("address", REGIONS)
def test_a_key_may_be_of_another_region(address: str) -> None:
    found = denied(address, "authorization")
    assert "another region" in found.cause
    assert REGIONS[address] in found.change
    assert found.paste.startswith("baseURL: https://")


@pytest.mark.parametrize(
    "text", ["your-api-key", "YOUR_KEY", "sk-xxxxxxxx", "<key>", "${KEY}", "changeme", "sk-..."]
)
def test_words_of_an_example_are_no_key(text: str) -> None:
    assert is_placeholder(text)
    found = denied("https://api.mistral.ai/v1", "authorization", key=text)
    assert "the text of an example" in found.cause


@pytest.mark.parametrize("text", [CANARY, "ollama", "none", "gsk_" + "aB3" * 17])
def test_a_key_is_no_words_of_an_example(text: str) -> None:
    assert not is_placeholder(text)


def test_a_deployment_that_azure_does_not_know_is_told() -> None:
    address = "https://mine.openai.azure.com/openai/deployments/x?api-version=2024-02-01"
    exchange = Exchanged(url=address, status=404, head=b'{"error": {"message": "Not here"}}')
    found = diagnose(Case(endpoint=endpoint(address), exchange=exchange), ANSWERS)
    assert found is not None
    assert "deployment" in found.cause
    assert "api-version" in found.cause
    assert found.paste == "baseURL: https://mine.openai.azure.com/openai/v1"


def test_a_vendor_that_is_elsewhere_is_told_with_its_address() -> None:
    address = "https://api.groq.com/v1"
    exchange = Exchanged(url=f"{address}/chat/completions", status=404, head=b"{}")
    found = diagnose(Case(endpoint=endpoint(address), exchange=exchange), ANSWERS)
    assert found is not None
    assert found.paste == "baseURL: https://api.groq.com/openai/v1"


def test_near_models_of_a_known_vendor_need_no_list() -> None:
    address = "https://api.anthropic.com"
    exchange = Exchanged(
        url=f"{address}/v1/messages",
        status=404,
        head=b'{"error": {"message": "model: sonet not found"}}',
    )
    case = Case(endpoint=endpoint(address), model="claude-sonet-4.5", exchange=exchange)
    found = diagnose(case, ANSWERS)
    assert found is not None
    assert "claude-sonnet-4-5" in found.change


ROLES = b'{"messages": [{"role": "developer", "content": "x"}], "tools": [{"strict": true}]}'
NESTED = {"developer": "supportsDeveloperRole: false", "strict": "supportsStrictMode: false"}


@pytest.mark.parametrize("name", NESTED)
def test_a_role_or_a_nested_field_that_is_refused_has_a_flag(name: str) -> None:
    said = f'{{"error": {{"message": "Unexpected value: {name}."}}}}'.encode()
    exchange = Exchanged(url="http://x.test/v1", request=ROLES, status=400, head=said)
    found = diagnose(Case(endpoint=endpoint("http://x.test/v1"), exchange=exchange), ANSWERS)
    assert found is not None
    assert found.paste == f"compat:\n  {NESTED[name]}"


def test_a_ceiling_out_of_bounds_is_not_renamed() -> None:
    said = b'{"error": {"message": "max_tokens must be at least 100", "param": "max_tokens"}}'
    exchange = Exchanged(
        url="http://x.test/v1", request=b'{"max_tokens": 64}', status=400, head=said
    )
    found = diagnose(Case(endpoint=endpoint("http://x.test/v1"), exchange=exchange), ANSWERS)
    assert found is not None
    assert "of this size" in found.cause
    assert not found.paste


def test_what_a_rule_quotes_has_no_secret_in_it() -> None:
    said = f'{{"error": {{"message": "no such key {CANARY}"}}}}'.encode()
    exchange = Exchanged(url="http://x.test/v1", status=401, head=said)
    found = diagnose(Case(endpoint=endpoint("http://x.test/v1"), exchange=exchange), ANSWERS)
    assert found is not None
    assert "no such key" in found.symptom
    assert CANARY not in repr(found)


def test_an_answer_that_was_understood_needs_no_rule() -> None:
    exchange = Exchanged(url="http://x.test/v1", status=200, head=b'data: {"choices": []}\n\n')
    case = Case(
        endpoint=endpoint("http://x.test/v1"), exchange=exchange, called=Called(text="Hello")
    )
    assert diagnose(case, ANSWERS) is None


def test_what_is_to_be_pasted_has_no_secret_in_it() -> None:
    said = b'{"error": {"message": "model one does not exist", "code": "model_not_found"}}'
    exchange = Exchanged(url="http://x.test/v1", status=404, head=said)
    listed = (f"one-{CANARY}", "one-${" + CANARY + "}", "ones")
    case = Case(
        endpoint=endpoint("http://x.test/v1"), model="one", exchange=exchange, listed=listed
    )
    found = diagnose(case, ANSWERS)
    assert found is not None
    assert "ones" in found.paste
    assert CANARY not in repr(found)


def test_the_address_of_azure_is_not_mended_where_it_is_right() -> None:
    address = "https://mine.openai.azure.com/openai/v1"
    exchange = Exchanged(url=f"{address}/chat/completions", status=404, head=b"{}")
    case = Case(endpoint=endpoint(address), model="one", exchange=exchange)
    found = diagnose(case, ANSWERS)
    assert found is not None
    assert found.rule == "path_not_found"
    assert "deployment" in found.cause
    assert not found.paste
