/** A program that owns a Redis and is ended from outside: writes where it is as one line of JSON, then stays. */
import { startRedis } from '../../../dev/local/redis-server';

void startRedis({ replica: true }).then(({ port, ca, folder, replica }) => {
  process.stdout.write(`${JSON.stringify({ ports: [port, replica?.port], ca, folder })}\n`);
  setInterval(() => undefined, 60_000);
});
