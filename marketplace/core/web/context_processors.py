from typing import Any

from django.http import HttpRequest

from .. import clock


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page needs: the present instant by the market's clock."""
    return {"now": clock.now()}
