"""Answers as the Azure Retail Prices API gives them: the fields of its recorded answers for UK South in pounds."""

import json
from collections.abc import Sequence
from typing import Any

from estate.catalogue import disks
from estate.catalogue.prices import book
from estate.catalogue.sizes import sizes


def item(sku: str, price: float, **other: Any) -> dict[str, Any]:
    """One price of a virtual machine on Linux, by the hour."""
    return {
        "currencyCode": "GBP",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": "uksouth",
        "location": "UK South",
        "effectiveStartDate": "2021-11-01T00:00:00Z",
        "meterName": sku.removeprefix("Standard_").replace("_", " "),
        "productName": "Virtual Machines Dasv5 Series",
        "skuName": sku,
        "serviceName": "Virtual Machines",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": sku,
        **other,
    }


def disk(tier: str, price: float, product: str = "Premium SSD Managed Disks") -> dict[str, Any]:
    """One price of a managed disk, by the month."""
    about = {"meterName": f"{tier} LRS Disk", "productName": product, "unitOfMeasure": "1/Month"}
    return item(f"{tier} LRS", price, serviceName="Storage", armSkuName="", **about)


def answer(items: Sequence[dict[str, Any]], following: str | None = None, currency: str = "GBP") -> bytes:
    """One page."""
    page = {
        "BillingCurrency": currency,
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": list(items),
        "NextPageLink": following,
        "Count": len(items),
    }
    return json.dumps(page).encode()


def known(asked: str, skip: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What the price book knows of the sizes and disks that the question `asked` names, as items of an answer."""
    machines = [
        item(sku, price.gbp)
        for sku in sizes()
        if f"'{sku}'" in asked and sku not in skip and (price := book().price(f"vm/{sku}"))
    ]
    premium = disks.tiers("Premium_LRS") if "Premium SSD" in asked else ()
    return machines + [
        disk(one.tier, price.gbp) for one in premium if (price := book().price(f"disk/Premium_LRS/{one.tier}"))
    ]
