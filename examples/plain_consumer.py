"""The smallest consumer: BLMOVE takes a message, LREM acknowledges it. What it held when it died comes back after 15 minutes."""
import json, os, redis, sys

names = ("REDIS_HOST", "REDIS_PORT", "REDIS_AUTH_TOKEN", "MODEL_EVENTS_QUEUE")
if missing := [name for name in names if not os.environ.get(name)]:
    sys.exit(f"environment variables missing: {', '.join(missing)}")
host, port, token, queue = (os.environ[name] for name in names)
client = redis.Redis(host, int(port), username=os.environ.get("REDIS_USERNAME"), password=token, ssl=True, ssl_check_hostname=True,
                     socket_connect_timeout=3, socket_timeout=10, retry=None)  # a BLMOVE that is sent again would take a second message
try:
    while True:
        if text := client.blmove(queue, f"{queue}:processing", 5, "RIGHT", "LEFT"):
            print(json.loads(text)["message_id"], "deploy", text.decode(), flush=True)  # the work
            client.lrem(f"{queue}:processing", 1, text)
except redis.RedisError as error:
    sys.exit(f"Redis {host}:{port} failed: {error}")
