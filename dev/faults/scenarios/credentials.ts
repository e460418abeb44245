/** What opens the door: the auth token, the secret that holds it, the certificate. */
import { randomBytes } from 'node:crypto';
import { localSecretArn, secretStringOf } from '../../local/publisher-environment';
import { above, below } from '../alarm-condition';
import type { Fault } from '../fault';
import type { World } from '../world';

const retried = above('PublishRetries', 0);
const handedBack = above('PublishFailures', 0);
const redisAway = below('RedisAvailability', 1);

/** As the rotation and then the service's restarts do it: Redis, the secret, the containers. */
async function changeToken(world: World, token: string): Promise<void> {
  await world.pair.addToken(token);
  world.secrets.set(localSecretArn, secretStringOf(token));
  await Promise.all(world.consumersOf().map((consumer) => consumer.restart()));
}

/** Connections that are open outlive their token; so they end. */
async function revoke(world: World, token: string): Promise<void> {
  await world.pair.revokeToken(token);
  for (const way of world.allWays) way.cut();
}

/** What a function keeps in memory is gone: it begins with the secret. */
async function startFunctionsCold({ publisher, monitor }: World): Promise<void> {
  await Promise.all([publisher.kill(), monitor.monitor.kill()]);
}

/** The token of the time before the fault. */
let firstToken = '';

export const credentials: readonly Fault[] = [
  {
    number: 12,
    name: 'token rotated under load, then the old one revoked',
    alarms: [retried],
    break: async ({ world, alarmed, handled }) => {
      firstToken = world.pair.token;
      await changeToken(world, randomBytes(24).toString('base64url'));
      await handled(40);
      await revoke(world, firstToken);
      await alarmed(retried);
      await handled(40);
    },
    tidy: async ({ world }) => {
      const second = world.pair.token;
      await changeToken(world, firstToken);
      await revoke(world, second);
    },
  },
  {
    number: 13,
    endsInvocations: true,
    name: 'a wrong token in the secret, then Secrets Manager away, then right',
    alarms: [handedBack, redisAway],
    break: async ({ world, alarmed, accepted }) => {
      world.secrets.set(localSecretArn, secretStringOf(randomBytes(24).toString('base64url')));
      await startFunctionsCold(world);
      await Promise.all([alarmed(handedBack), alarmed(redisAway)]);
      world.secrets.fail('unavailable');
      await startFunctionsCold(world);
      await accepted(60);
    },
    mend: ({ world }) => {
      world.secrets.set(localSecretArn, secretStringOf(world.pair.token));
      world.secrets.fail(undefined);
      return Promise.resolve();
    },
  },
  {
    number: 14,
    name: 'certificate expired, then renewed',
    alarms: [handedBack, redisAway],
    break: async ({ world, alarmed }) => {
      await world.pair.expireCertificate();
      for (const way of world.allWays) way.cut();
      await Promise.all([alarmed(handedBack), alarmed(redisAway)]);
    },
    mend: ({ world }) => world.pair.renewCertificate(),
  },
];
