"""An AWS account on this machine for tests: moto's server, with what README.md beside this file says besides.

usage: python tools/aws-emulator/main.py [PORT]

Listens on 127.0.0.1, on a free port where none is given, and prints its URL as the first line of stdout. Everything in it
is gone when it ends.
"""

import logging
import os
import sys

from werkzeug.serving import make_server


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    # moto's own calls from service to service need credentials in the environment, whatever they are.
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    # One line for each request helps nobody; what fails is told by whoever asked.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    from moto.server import DomainDispatcherApplication, create_backend_app

    server = make_server("127.0.0.1", port, DomainDispatcherApplication(create_backend_app), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    os.environ["MOTO_PORT"] = str(server.server_port)

    import chosen_ids
    import corrections
    import deletion_order
    import elasticache_calls
    import elasticache_events
    import event_replay
    import lambda_account
    import policy_simulation
    import queue_redrive
    import resource_types
    import secret_rotation

    parts = (
        chosen_ids,
        corrections,
        deletion_order,
        elasticache_calls,
        elasticache_events,
        event_replay,
        lambda_account,
        policy_simulation,
        queue_redrive,
        secret_rotation,
    )
    for part in parts:
        part.install()
    resource_types.install(url)

    print(url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
