/** Starts a Redis, prints its address as one line of JSON, and runs until a signal ends it. */
import { startRedis } from '../../../dev/local/redis-server';

void startRedis({ replica: true }).then(({ port, ca, folder, replica }) => {
  process.stdout.write(`${JSON.stringify({ ports: [port, replica?.port], ca, folder })}\n`);
  setInterval(() => undefined, 60_000);
});
