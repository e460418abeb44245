"""An AWS account on this machine for tests: moto's server, with the additions listed in README.md.

usage: python dev/emulators/moto/main.py [PORT]
       python dev/emulators/moto/main.py --socket PATH

The first form listens on 127.0.0.1, on a free port by default, and prints the URL as the first line of stdout.
Everything in the account is gone when the process ends.

The second form makes an account for each connection to the Unix socket PATH: a forked process, ready in milliseconds, since
importing moto takes seconds. The connection's first line is `URL SOCKET`, what follows is the account's log. The account ends
with its connection. A connection to SOCKET makes another account that begins with all that this one holds; no request may be
under way in it meanwhile. The server itself ends with its stdin.
"""

import gc
import logging
import os
import select
import signal
import socket
import sys
import threading

from werkzeug.serving import BaseWSGIServer, make_server

# Imported before the first fork: what the project's stacks and commands use.
SERVICES = (
    "moto_api cloudformation cloudwatch ec2 ecs elasticache events iam kms awslambda logs memorydb s3 secretsmanager sns sqs ssm sts"
).split()


def create_application() -> object:
    # moto's own calls from service to service need credentials in the environment, whatever they are.
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    # The caller reports a failed request; a line for each request is of no use.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    from moto.core import responses
    from moto.server import DomainDispatcherApplication, create_backend_app

    # It imports what only an older moto has.
    if not hasattr(responses, "ActionResult"):
        import older_moto

        older_moto.install()

    import custom_ids
    import corrections
    import elasticache_calls
    import elasticache_events
    import event_replay
    import lambda_account
    import log_queries
    import policy_simulation
    import queue_redrive
    import redis_kinds_calls
    import resource_order
    import resource_types
    import secret_rotation
    import stack_exports

    parts = (
        custom_ids,
        corrections,
        elasticache_calls,
        elasticache_events,
        event_replay,
        lambda_account,
        log_queries,
        policy_simulation,
        queue_redrive,
        redis_kinds_calls,
        resource_order,
        resource_types,
        secret_rotation,
        stack_exports,
    )
    for part in parts:
        part.install()
    return DomainDispatcherApplication(create_backend_app)


def listen(application: object, port: int) -> tuple[BaseWSGIServer, str]:
    server = make_server("127.0.0.1", port, application, threaded=True)
    os.environ["MOTO_PORT"] = str(server.server_port)
    return server, f"http://127.0.0.1:{server.server_port}"


def serve_one(port: int) -> None:
    server, url = listen(create_application(), port)
    print(url, flush=True)
    server.serve_forever()


def serve_forks(path: str) -> None:
    application = create_application()
    for service in SERVICES:
        application.app_instances[service] = application.create_app(service)
    # The collector would copy the pages that all accounts share.
    gc.freeze()
    # No process waits for the end of an account's process.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    folder = os.path.dirname(path)
    life: socket.socket | int = sys.stdin.fileno()
    server: BaseWSGIServer | None = None
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print(path, flush=True)
    while True:
        ready, _, _ = select.select([life, listener], [], [])
        # A caller sends nothing: what can be read is the end.
        if life in ready:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() != 0:
            connection.close()
            continue
        listener.close()
        if server is not None:
            server.socket.close()
        if isinstance(life, socket.socket):
            life.close()
        life = connection
        os.dup2(connection.fileno(), sys.stdout.fileno())
        os.dup2(connection.fileno(), sys.stderr.fileno())
        server, url = listen(application, 0)
        path = os.path.join(folder, f"{os.getpid()}.sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(url, path, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--socket"]:
        serve_forks(sys.argv[2])
    else:
        serve_one(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
