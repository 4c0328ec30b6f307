"""Whatever an example says, nothing of the house goes to its host."""

from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.edit.add import NotAdded, Reason, add_endpoint
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.desk.adding.example import from_draft
from endpoints_server.desk.adding.proposal import Wish
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.header import Conversation, render
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.samples.draft import Auth, Draft

HOUSE = {name: f"house-{name}" for name in ("OPENAI_API_KEY", "HOME", "A", "DATABASE_URL", "x")}
PIECES = (
    *("$", "$$", "{", "}", "${", "${HOME}", "${A}", "${x}", "$A", "$HOME", "%A%", "${A:-b}"),
    *("!", "!touch", "{{LIBRECHAT_USER_ID}}", "<<LIBRECHAT_USER_EMAIL>>", ":", ":-", "?", "? "),
    *("#", " ", "'", '"', "&a", "*a", "\\", "a", "é", "-", "[", "]", ",", "|", ">", "~", "/", "@"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
names = st.sampled_from([None, *HOUSE])
hosts = st.sampled_from(["evil.example", "${A}", "x.${HOME}.example", "${A}.example", "openai.com"])
auths = st.sampled_from(
    [None, Auth("Authorization", "Bearer"), Auth("Authorization", "Basic"), Auth("X-Key", None)]
)
drafts = st.builds(
    Draft,
    wire=st.sampled_from(["openai", "anthropic", "google"]),
    base_url=st.builds("https://{}/{}".format, hosts, texts),
    upstream_model=texts.filter(str.strip).map(str.strip),
    auth=auths,
    api_key_env=names,
    headers=st.fixed_dictionaries({"X-Note": texts}),
    query=st.dictionaries(texts.filter(bool), texts, max_size=2),
    request_params=st.dictionaries(texts, texts | st.lists(texts) | st.integers(), max_size=3),
)


@given(drafts, texts)
def test_an_example_sends_nothing_of_the_house_and_runs_nothing(draft: Draft, name: str) -> None:
    endpoint = endpoint_of(draft, name.strip())
    if endpoint is None:
        return
    assert not [header for header in endpoint.headers if header.command]
    headers = render(endpoint.headers, ADMIN, Conversation())
    assert endpoint.credential.secret is not None
    sent = [endpoint.address, endpoint.credential.secret.reveal(), *headers.values()]
    assert not [value for value in HOUSE.values() if value in "\n".join([*sent, repr(endpoint)])]
    assert [model.name for model in endpoint.models] == [draft.upstream_model]
    assert headers.get("X-Note", "").strip() in ("", draft.headers["X-Note"].strip())


def endpoint_of(draft: Draft, name: str) -> Endpoint | None:
    """Serve a draft where the house has variables of its own; None where it is told to be wrong."""
    proposal = from_draft(draft, Wish(name=name), HOUSE.keys())
    environ = {each.name: "own" for each in proposal.variables} | HOUSE
    try:
        added = add_endpoint(b"", "f.yaml", proposal.entry, environ)
    except NotAdded as refused:
        if refused.reason is not Reason.WRONG:
            raise
        return None
    loaded = load_bytes(added.content, environ, "f.yaml")
    return compile_catalog(loaded.settings, "", no_prices).endpoints[0] if loaded.settings else None
