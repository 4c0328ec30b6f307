"""History in the columns of FOCUS, the open specification of cost and usage (version 1.2)."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from endpoints_server.domain.money.tally import Tally, date_of
from endpoints_server.domain.money.usd import usd

OWN = ("user", "caller")
"""Whose credentials are paid by others, so that nothing of it is billed to the house."""
Row = dict[str, str]


def focus_row(tally: Tally, account: str, people: Mapping[str, str]) -> Row:
    """Lay a tally out as one charge: a day of one person's calls to a model, with one key.

    `account` is the billing account, `people` are names by ids. What people pay with keys of their
    own has a list cost and no billed one. Columns that begin with `x_` are ours.
    """
    return {
        **periods(tally),
        **costs(tally),
        **quantities(tally),
        "BillingAccountId": account,
        "BillingAccountName": account,
        "BillingAccountType": "Organization",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeDescription": f"{tally.model} at {tally.endpoint}, {tally.operation}",
        "ChargeFrequency": "Usage-Based",
        "InvoiceId": "",
        "InvoiceIssuerName": tally.endpoint,
        "ProviderName": tally.endpoint,
        "PublisherName": tally.endpoint,
        "PricingCategory": "Standard",
        "RegionId": "",
        "RegionName": "",
        "ResourceId": f"{tally.endpoint}/{tally.model}",
        "ResourceName": tally.model,
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "ServiceName": tally.endpoint,
        "SkuId": f"{tally.endpoint}/{tally.model}/{tally.operation}",
        "SkuPriceId": "",
        "SubAccountId": tally.person_id,
        "SubAccountName": people.get(tally.person_id, tally.person_id),
        "SubAccountType": "User",
        "Tags": json.dumps({"key": tally.key_id, "operation": tally.operation}),
        "x_AnsweredModel": tally.answered_model,
        "x_Credential": tally.credential,
    }


def periods(tally: Tally) -> Row:
    """Say when: the day of UTC, in the month of UTC that is billed."""
    day = date_of(tally.day)
    month = day.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    return {
        "BillingPeriodStart": instant(month),
        "BillingPeriodEnd": instant(following),
        "ChargePeriodStart": instant(day),
        "ChargePeriodEnd": instant(day + timedelta(days=1)),
    }


def instant(day: date) -> str:
    """Write when a day begins."""
    return f"{day}T00:00:00Z"


def costs(tally: Tally) -> Row:
    """Say what it cost; unit prices are left out, for a day has calls at several rates."""
    listed = usd(tally.cost_nano_usd)
    billed = "0" if tally.credential in OWN else listed
    return {
        "BilledCost": billed,
        "ContractedCost": listed,
        "ContractedUnitPrice": "",
        "EffectiveCost": billed,
        "ListCost": listed,
        "ListUnitPrice": "",
        "x_EstimatedCost": usd(tally.estimated_nano_usd),
        "x_ReportedCost": usd(tally.reported_nano_usd),
    }


def quantities(tally: Tally) -> Row:
    """Say how much it was, in tokens."""
    usage, total = tally.usage, str(tally.usage.total)
    return {
        "ConsumedQuantity": total,
        "ConsumedUnit": "Tokens",
        "PricingQuantity": total,
        "PricingUnit": "Tokens",
        "x_Attempts": str(tally.attempts),
        "x_EstimatedAttempts": str(tally.estimated),
        "x_UnpricedAttempts": str(tally.unpriced),
        "x_InputTokens": str(usage.input),
        "x_CacheReadTokens": str(usage.cache_read),
        "x_CacheWriteTokens": str(usage.cache_write + usage.cache_write_hour),
        "x_OutputTokens": str(usage.output),
        "x_ReasoningTokens": str(usage.reasoning),
    }
