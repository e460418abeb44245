"""Lambda's GetAccountSettings, which is missing in moto: a new account's limits, less what functions have reserved."""

import json
from typing import Any

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

CONCURRENCY = 1000


def install() -> None:
    # Older callers write a slash behind it.
    for end in ("$", "/$"):
        path = r"{0}/(?P<api_version>[^/]+)/account-settings" + end
        urls.url_paths[path] = get_account_settings


def get_account_settings(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], str]:
    response = LambdaResponse()
    response.setup_class(request, full_url, headers)
    functions = response.backend.list_functions()
    reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
    limits = {
        "TotalCodeSize": 80_530_636_800,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": CONCURRENCY,
        "UnreservedConcurrentExecutions": CONCURRENCY - reserved,
    }
    return 200, {}, json.dumps({"AccountLimit": limits, "AccountUsage": {"FunctionCount": len(functions)}})
