"""One endpoint is examined: its key, the way to it, its list of models, and one small call."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.doctor.case import Called, Case, Finding, Weight
from endpoints_server.desk.doctor.diagnose import ANSWERS, LISTS, NETWORK, diagnose
from endpoints_server.desk.doctor.lists.missing import is_listed
from endpoints_server.desk.doctor.placeholder import is_placeholder
from endpoints_server.desk.models.ask import EVERYBODY, World, ask
from endpoints_server.domain.endpoint import Credential, Discovery, Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.upstream.observed.exchanges import Exchanged, ObservedUpstreams
from endpoints_server.upstream.observed.reach import Reach, find_reach

Call = Callable[[Endpoint, Model], Awaitable[Called]]
"""Makes the smallest call of a model."""


class State(StrEnum):
    """What came of a step."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"
    SKIPPED = "skipped"


class Step(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: State
    text: str
    finding: Finding | None = None


class Examination(Struct, frozen=True, kw_only=True):
    """Everything that was looked at of one endpoint, in order."""

    endpoint: str
    name: str
    wire: str
    steps: tuple[Step, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found."""
        return tuple(step.finding for step in self.steps if step.finding)


class Doctor:
    """Examines endpoints; `upstreams` are those that the calls go over.

    `call` is None where none is to be made. `is_contained` says that this program runs in a
    container.
    """

    def __init__(
        self, world: World, upstreams: ObservedUpstreams, call: Call | None, *, is_contained: bool
    ) -> None:
        self._world = world
        self._upstreams = upstreams
        self._call = call
        self._is_contained = is_contained

    async def examine(self, endpoint: Endpoint) -> Examination:
        """Look at everything in order, as far as one comes."""
        case = Case(endpoint=endpoint, is_contained=self._is_contained)
        steps = [key_step(endpoint)]
        if endpoint.is_personal:
            text = "each person brings their own"
            steps.append(Step(name="address", state=State.NOTE, text=text))
        else:
            case = replace(case, reach=await find_reach(endpoint.address))
            steps.append(address_step(case))
            if case.reach and case.reach.is_open:
                steps += await self._ask(case)
        return Examination(
            endpoint=endpoint.slug, name=endpoint.name, wire=endpoint.wire, steps=tuple(steps)
        )

    async def _ask(self, case: Case) -> list[Step]:
        """Ask for the list of models, then a model."""
        if case.endpoint.credential.owner == "user":
            text = "each person's own key is needed for it"
            return [skipped("models", text), skipped("call", text)]
        case, models = await self._models_step(case)
        return [models, *await self._call_steps(case)]

    async def _models_step(self, case: Case) -> tuple[Case, Step]:
        """Look at the list of models, where the endpoint is asked for one."""
        if case.endpoint.discovery is None:
            text = "those of the file; no list is fetched"
            return case, Step(name="models", state=State.OK, text=text)
        case = await self._listed(case)
        finding = diagnose(case, LISTS)
        text = f"{len(case.listed)} listed, those of the file among them"
        if finding is not None:
            text = "the list and the file do not agree" if case.listed else "there is no list"
        return replace(case, called=None, exchange=None), step_of("models", text, finding)

    async def _listed(self, case: Case) -> Case:
        """Ask for the list; gives what was seen, and the fault as if it were a call's."""
        before = len(self._upstreams.exchanges)
        try:
            found = await ask(self._world, case.endpoint, EVERYBODY)
        except Failed as failed:
            fault = failed.fault
            called = Called(fault=fault.kind.value, message=fault.message)
            return replace(case, called=called, exchange=self._last(before))
        return replace(case, listed=tuple(model.name for model in found))

    async def _call_steps(self, case: Case) -> list[Step]:
        """Make a call with each key, so that none that works hides one that does not."""
        if self._call is None:
            return [skipped("call", "not made (--no-call)")]
        steps: list[Step] = []
        for number, credential in enumerate(keys_of(case.endpoint), 1):
            endpoint = replace(case.endpoint, credential=credential, spare_keys=())
            name = "call" if number == 1 else f"call, key {number}"
            case_of_key = replace(case, endpoint=endpoint)
            steps.append(await self._call_step(case_of_key, name, self._call))
        return steps

    async def _call_step(self, case: Case, name: str, call: Call) -> Step:
        """Make the call."""
        model = chosen_model(case)
        before = len(self._upstreams.exchanges)
        called = await call(case.endpoint, model)
        case = replace(case, model=model.name, called=called, exchange=self._last(before))
        finding = diagnose(case, ANSWERS)
        if finding is not None and finding.rule == "unknown_model" and may_list(case):
            finding = diagnose(await self._with_names(case), ANSWERS)
        text = f"`{model.name}` answers" if not called.fault else f"`{model.name}` does not answer"
        return step_of(name, text, finding)

    async def _with_names(self, case: Case) -> Case:
        """Ask for a list that nobody configured, to find near names."""
        asking = replace(case.endpoint, discovery=Discovery())
        seen = await self._listed(replace(case, endpoint=asking))
        return replace(case, listed=seen.listed)

    def _last(self, before: int) -> Exchanged | None:
        exchanges = self._upstreams.exchanges[before:]
        return exchanges[-1] if exchanges else None


def key_step(endpoint: Endpoint) -> Step:
    """Say whose the key is, and whether it is one; nothing of it is shown."""
    credential = endpoint.credential
    if credential.owner == "user":
        text = f"each person brings their own: endpoints-server credential set {endpoint.slug}"
        return Step(name="key", state=State.NOTE, text=text)
    if credential.command is not None:
        text = "comes from a command, which is run for each call"
        return Step(name="key", state=State.OK, text=text)
    keys = keys_of(endpoint)
    text = "is set" if len(keys) == 1 else f"{len(keys)} are set"
    if any(is_placeholder(each.secret.reveal()) for each in keys):
        which = "" if len(keys) == 1 else "one "
        text = f"{text}, and {which}looks like the text of an example"
        return Step(name="key", state=State.NOTE, text=text)
    return Step(name="key", state=State.OK, text=text)


def keys_of(endpoint: Endpoint) -> tuple[Credential, ...]:
    """Give all keys that calls are made with."""
    return (endpoint.credential, *(spare.credential for spare in endpoint.spare_keys))


def address_step(case: Case) -> Step:
    """Say how far one comes."""
    finding = diagnose(case, NETWORK)
    text = way_of(case.reach) if case.reach else ""
    return step_of("address", text, finding)


def way_of(reach: Reach) -> str:
    """Tell the way to an address."""
    if reach.proxy:
        return f"{reach.place} through the proxy {reach.proxy}"
    if not reach.tried:
        return f"{reach.host} is not found"
    told = [each for each in reach.tried if each.is_meant or not reach.is_connected]
    met = ", ".join(f"{each.ip} {each.meeting.value}" for each in told)
    has_tls = reach.is_tls and reach.is_connected and not reach.tls_trouble
    return f"{reach.place}: {met}{', TLS accepted' if has_tls else ''}"


def may_list(case: Case) -> bool:
    """Say whether a list that nobody configured can be asked for; a command's key is for calls."""
    return not case.listed and case.endpoint.credential.command is None


def chosen_model(case: Case) -> Model:
    """Choose the model to ask: the first of the file that is listed, else the first."""
    models = case.endpoint.models
    listed = (model for model in models if is_listed(model.name, case.listed))
    return next(listed, models[0])


def step_of(name: str, text: str, finding: Finding | None) -> Step:
    """Give a step as what was found in it has it."""
    if finding is None:
        return Step(name=name, state=State.OK, text=text)
    state = State.NOTE if finding.weight is Weight.NOTE else State.FAULT
    return Step(name=name, state=state, text=text, finding=finding)


def skipped(name: str, text: str) -> Step:
    """Give a step that was not taken."""
    return Step(name=name, state=State.SKIPPED, text=text)
