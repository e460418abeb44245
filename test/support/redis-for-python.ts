/**
 * A real Redis with TLS and auth for tests in another language. Its first line of output is the address; a
 * line `restart` starts the primary again, empty, and is answered when it is there. A line `gate {…}` changes the gate for IAM
 * authentication before it, and is answered with the gate's state. It ends with its standard input.
 */
import { createInterface } from 'node:readline';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { type LocalRedis, startRedis } from '../../dev/local/redis-server';
import { localRedisUsers, userLines } from '../../dev/local/redis-users';
import { IamGate, testCacheArn, testCredentials } from './iam-gate';

/** What a line changes. `anew` forgets what has happened. */
interface GateChange {
  readonly anew?: boolean;
  readonly ageMs?: number;
  readonly clockAheadMs?: number;
  readonly knowsKey?: boolean;
}

const users = localRedisUsers(localSubscriptions);

// The certificate does not cover 127.0.0.2.
void (async () => {
  const redis = await startRedis({ replica: false, config: { ...userLines(users), bind: '127.0.0.1 127.0.0.2 -::1' } });
  const print = (state: Readonly<Record<string, unknown>>): boolean =>
    process.stdout.write(`${JSON.stringify(state)}\n`);
  const printState = (): void => {
    const { host, port, token, caFile, primary } = redis;
    print({ host, port, token, caFile, pid: primary.pid });
  };
  let gate: IamGate | undefined;
  printState();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'restart') {
      await redis.primary.restart();
      printState();
    } else if (line.startsWith('gate ')) {
      gate ??= await startGate(redis);
      const { port, opened, authentications } = changed(gate, JSON.parse(line.slice(5)) as GateChange);
      print({ port, opened, authentications, cacheArn: testCacheArn, credentials: testCredentials });
    } else {
      throw new Error(`it knows the lines "restart" and "gate {…}", got ${JSON.stringify(line)}`);
    }
  }
  gate?.stop();
  await redis.stop();
})();

function startGate(redis: LocalRedis): Promise<IamGate> {
  return IamGate.start({ redis, passwords: new Map([...users.values()].map((user) => [user.username, user.token])) });
}

function changed(gate: IamGate, { anew = false, ageMs = 0, clockAheadMs = 0, knowsKey = true }: GateChange): IamGate {
  if (anew) {
    gate.opened = 0;
    gate.authentications.length = 0;
  }
  gate.age(ageMs);
  gate.clockAheadMs = clockAheadMs;
  gate.known = knowsKey ? [testCredentials] : [];
  return gate;
}
