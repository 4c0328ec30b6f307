"""Keys of LiteLLM's file that have no counterpart, and what is done here instead."""

from collections.abc import Mapping

from endpoints_server.config.importing.litellm.values import Values
from endpoints_server.config.importing.words import words
from endpoints_server.config.problem import Level, shown
from endpoints_server.config.text.document import Path

KEYS = "make a key for each client (`endpoints-server key new`)"
DATABASE = "state lives in SQLite, or where `ES_DATABASE_URL` says"
REDIS = "set `ES_REDIS_URL`"
LOGS = "each call is an entry in the ledger, a line of the log and a count in `/metrics`"
SAME = "see the other fallbacks: here all faults are followed by the same ones"

READ: Mapping[str, frozenset[str]] = {
    "router_settings": words(
        "model_group_alias fallbacks default_fallbacks num_retries timeout stream_timeout"
        " allowed_fails cooldown_time"
    ),
    "litellm_settings": words(
        "fallbacks default_fallbacks num_retries request_timeout allowed_fails cooldown_time"
        " model_group_alias max_budget budget_duration"
    ),
    "general_settings": words(
        "global_max_parallel_requests max_request_size_mb max_response_size_mb"
    ),
}
"""Keys of each block that become something."""

WITHOUT_COUNTERPART: Mapping[str, Mapping[str, tuple[Level, str]]] = {
    "router_settings": {
        "routing_strategy": (Level.NOTE, "targets of one order share calls by weight"),
        "routing_strategy_args": (Level.NOTE, "targets of one order share calls by weight"),
        "redis_host": (Level.NOTE, REDIS),
        "redis_port": (Level.NOTE, REDIS),
        "redis_password": (Level.NOTE, REDIS),
        "redis_url": (Level.NOTE, REDIS),
        "context_window_fallbacks": (Level.WARNING, SAME),
        "content_policy_fallbacks": (Level.WARNING, SAME),
        "retry_policy": (Level.WARNING, "`server.retries` holds for all faults alike"),
        "retry_after": (Level.NOTE, "`server.retries.backoffSeconds` is the pause"),
        "disable_cooldowns": (Level.WARNING, "raise `server.breaker.consecutiveFailures`"),
        "enable_pre_call_checks": (
            Level.NOTE,
            "a call that is too long is the upstream's to refuse",
        ),
        "enable_tag_filtering": (Level.WARNING, "write an alias for each tag"),
        "provider_budget_config": (Level.WARNING, "write `server.budgets` with `endpoint`"),
    },
    "litellm_settings": {
        "drop_params": (
            Level.NOTE,
            "what a wire has not is left out always, and `x-es-losses` tells",
        ),
        "success_callback": (Level.WARNING, LOGS),
        "failure_callback": (Level.WARNING, LOGS),
        "callbacks": (Level.WARNING, LOGS),
        "service_callbacks": (Level.WARNING, LOGS),
        "cache": (Level.WARNING, "answers are not kept; what upstreams cache is passed on"),
        "cache_params": (Level.WARNING, "answers are not kept; what upstreams cache is passed on"),
        "set_verbose": (Level.NOTE, "set `ES_LOG_LEVEL`"),
        "json_logs": (Level.NOTE, "set `ES_LOG_FORMAT`"),
        "context_window_fallbacks": (Level.WARNING, SAME),
        "content_policy_fallbacks": (Level.WARNING, SAME),
        "max_internal_user_budget": (Level.WARNING, "write `server.budgets` with `each: user`"),
        "max_user_budget": (Level.WARNING, "write `server.budgets` with `each: user`"),
        "default_internal_user_params": (Level.WARNING, "people are added with `user add`"),
        "default_team_settings": (Level.WARNING, "make groups (`group add`)"),
        "guardrails": (Level.WARNING, "calls are not read for their meaning"),
    },
    "general_settings": {
        "master_key": (Level.WARNING, f"the admin's key is made by the first run; {KEYS}"),
        "database_url": (
            Level.WARNING,
            f"{DATABASE}; virtual keys and budgets kept there stay behind: `key new`, `budget set`",
        ),
        "database_connection_pool_limit": (Level.NOTE, DATABASE),
        "database_connection_timeout": (Level.NOTE, DATABASE),
        "store_model_in_db": (
            Level.WARNING,
            "models kept in the database stay behind; write them here",
        ),
        "alerting": (Level.WARNING, "`thresholds` of budgets are told in the log"),
        "custom_auth": (Level.WARNING, KEYS),
        "max_parallel_requests": (Level.WARNING, "set `server.endpoints.NAME.maxConcurrent`"),
        "pass_through_endpoints": (Level.WARNING, "nothing is passed through unread"),
    },
}
ROOTS: Mapping[str, tuple[Level, str]] = {
    "include": (Level.WARNING, "other files are not followed: import each of them"),
    "guardrails": (Level.WARNING, "calls are not read for their meaning"),
    "mcp_servers": (Level.WARNING, "tools come with each call"),
    "callback_settings": (Level.NOTE, LOGS),
    "vector_store_registry": (Level.WARNING, "nothing is searched here"),
    "prompts": (Level.WARNING, "prompts come with each call"),
}
PLACED = frozenset({"model_list", "credential_list", "environment_variables", *READ})
OTHERWISE = (Level.WARNING, "nothing here does this")


def tell_rest(values: Values, table: Mapping[str, Mapping[str, tuple[Level, str]]]) -> None:
    """Tell of every setting, and of every block, that nothing comes of."""
    for block, told in table.items():
        for key in values.mapping((block,)):
            if key not in READ[block]:
                tell(values, (block, key), told.get(key, OTHERWISE))
    root = values.at(())
    for key in root if isinstance(root, dict) else ():
        if key not in PLACED:
            tell(values, (key,), ROOTS.get(key, OTHERWISE))
    for name in values.mapping(("environment_variables",)):
        message = f"{shown(name)} is set by the file: set it where the server runs"
        values.report.note(("environment_variables", name), message)


def tell(values: Values, path: Path, said: tuple[Level, str]) -> None:
    """Tell of one key."""
    level, why = said
    values.report.tell(path, f"{shown(str(path[-1]))} has no counterpart: {why}", level)
