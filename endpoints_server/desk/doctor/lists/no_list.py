"""There is no list of models to be had."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight


def no_list(case: Case) -> Finding | None:
    """Tell that the endpoint need not be asked for one."""
    if case.called is None or not case.called.fault:
        return None
    if case.status == 0 or case.status >= 500:  # nobody knows yet whether there is one
        return None
    return Finding(
        rule="no_model_list",
        weight=Weight.MEND,
        symptom=case.called.message,
        cause="`models.fetch` is on, and the upstream gives no list",
        change="turn it off; the models under `default` are served all the same",
        paste="models:\n  fetch: false",
    )
