"""Webhooks of shops: their products come, change and go here as they do there.

Each is signed with a secret that the shop and we know, over the body as it was sent; one that has
been taken is not taken again.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.errors import HttpError

from catalog import changes
from catalog.changes import NotTaken, SaidBefore
from catalog.webhooks import Sent, of_shopify, of_woocommerce
from web.api.access import count_wrong
from web.api.schemas import WebhookTaken
from web.api.v1 import OF_BODIES, REFUSALS, api
from web.api.written import raw_body
from web.json_responses import failure

# What WooCommerce sends unsigned when a webhook is saved, to see whether anybody answers.
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
TAKEN = {200: WebhookTaken, **REFUSALS, **OF_BODIES, 409: REFUSALS[400]}


@dataclass(frozen=True)
class Sender:
    """A shop's system: the setting of its secret, its headers, and who reads what it sends."""

    secret: str
    signature: str
    topic: str
    delivery: str
    domain: str
    read: Callable[[str, Any, str], Sent]


SHOPIFY = Sender(
    "SHOPIFY_WEBHOOK_SECRET", "X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Webhook-Id",
    "X-Shopify-Shop-Domain", of_shopify,
)  # fmt: skip
WOOCOMMERCE = Sender(
    "WOOCOMMERCE_WEBHOOK_SECRET", "X-WC-Webhook-Signature", "X-WC-Webhook-Topic",
    "X-WC-Webhook-Delivery-ID", "X-WC-Webhook-Source", of_woocommerce,
)  # fmt: skip


def _described(sender: Sender) -> dict[str, Any]:
    names = (sender.signature, sender.topic, sender.delivery)
    return {
        "security": [],
        "requestBody": {
            "required": True,
            "description": f"A product, signed. Headers: {', '.join(names)}.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    }


@api.post(
    "webhooks/shopify/", response=TAKEN, url_name="webhook-shopify",
    summary="Shopify's webhooks of products", openapi_extra=_described(SHOPIFY),
)  # fmt: skip
def shopify(request: HttpRequest) -> HttpResponse:
    """products/create, products/update and products/delete."""
    return _taken(request, SHOPIFY)


@api.post(
    "webhooks/woocommerce/", response=TAKEN, url_name="webhook-woocommerce",
    summary="WooCommerce's webhooks of products", openapi_extra=_described(WOOCOMMERCE),
)  # fmt: skip
def woocommerce(request: HttpRequest) -> HttpResponse:
    """product.created, product.updated, product.deleted and product.restored."""
    if _PING.fullmatch(raw_body(request)):
        return JsonResponse({"taken": 0, "gone": 0})
    return _taken(request, WOOCOMMERCE)


def _taken(request: HttpRequest, sender: Sender) -> HttpResponse:
    secret = str(getattr(settings, sender.secret, ""))
    if not secret:
        raise HttpError(404, f"No webhooks are taken here: {sender.secret} is not set.")
    body = raw_body(request)
    if not _is_signed(secret, body, request.headers.get(sender.signature, "")):
        count_wrong(request)
        raise HttpError(401, f"The webhook is not signed with {sender.secret}.")
    try:
        sent = _sent(request, sender, body)
        _keep(sent, _keys(request, sender, body))
    except SaidBefore as error:
        return failure(str(error), 409)
    except NotTaken as error:
        raise HttpError(400, str(error)) from error
    return JsonResponse({"taken": len(sent.said), "gone": len(sent.gone)})


def _is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Compared in constant time, so that no part of the right one can be found out."""
    wanted = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, signature.encode("utf-8", "surrogateescape"))


def _sent(request: HttpRequest, sender: Sender, body: bytes) -> Sent:
    try:
        node = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "The webhook is no JSON.") from error
    source = request.headers.get(sender.domain, "")
    domain = urlsplit(source if "//" in source else f"//{source}").netloc
    sent = sender.read(request.headers.get(sender.topic, ""), node, domain)
    changes.refuse_private(sent.addresses)
    return sent


def _keys(request: HttpRequest, sender: Sender, body: bytes) -> list[str]:
    """By what it is known when it comes again: its number, which nobody signed, and its body.

    The body of a removal names the product alone, and may come again rightly.
    """
    topic = request.headers.get(sender.topic, "")
    delivery = request.headers.get(sender.delivery, "")
    of_body = [] if "delete" in topic else [f"{sender.secret} {topic} {changes.digest_of(body)}"]
    return [*of_body, *([f"{sender.secret} {delivery}"] if delivery else [])]


def _keep(sent: Sent, keys: list[str]) -> None:
    """All or nothing."""
    with transaction.atomic():
        for key in keys:
            changes.first_time(key)
        changes.take(sent.said)
        for shop, shop_item_id in sent.gone:
            changes.withdraw(shop, shop_item_id, sent.as_of)
