"""The API's description, with every refusal that a program may meet: what is not written down is met unprepared."""

from typing import Any

PROBLEM = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")
SCHEMA = {
    "type": "object",
    "description": "Why something was refused (RFC 9457).",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:mingxuan:problem:", "description": "What kind of refusal it is."},
        "title": {"type": "string", "description": "The reason, in the language of Accept-Language."},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "What is wrong with which field."},
    },
    "required": ["type", "title", "status"],
}
#: What any operation may answer.
ALWAYS = {
    "400": "The input is not valid, or cannot be read.",
    "401": "The token is unknown, revoked or expired, or one is needed.",
    "403": "The person, or the token's scope, does not allow it.",
    "406": "The answer is JSON; another type was asked for.",
    "414": "The address is too long.",
    "429": "Too many requests; Retry-After says how many seconds to wait.",
    "431": "The headers are too long.",
    "503": "The database or the custodians are out of reach; try again later.",
}
NOT_FOUND = "There is no such thing, or it is not shown to you; of a list, no such page."
WITH_A_BODY = {
    "409": "The rules refuse it now.",
    "413": "The body is too large.",
    "415": "The body is of another type than is taken.",
}


def with_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = SCHEMA
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                _add_refusals(path, operations[method])
    return result


def with_empty_choices(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A postprocessing hook: an order that is asked for with nothing is none, and is taken, as a form sends it."""
    for operations in result["paths"].values():
        for parameter in operations.get("get", {}).get("parameters", []):
            items = parameter["schema"].get("items", {})
            if parameter["name"] == "sort" and "enum" in items and "" not in items["enum"]:
                items["enum"] = ["", *items["enum"]]
    return result


def _add_refusals(path: str, operation: dict[str, Any]) -> None:
    refusals = dict(ALWAYS)
    if "{" in path or any(each["name"] == "page" for each in operation.get("parameters", [])):
        refusals["404"] = NOT_FOUND
    if "requestBody" in operation:
        refusals |= WITH_A_BODY
    responses = operation["responses"]
    for status, description in refusals.items():
        # What the view itself says of a refusal is more exact.
        responses.setdefault(status, {"description": description})
    for status, response in responses.items():
        if status[0] in "45":
            response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            response.setdefault("description", "")
