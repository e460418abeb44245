/** Faults of the auth token, its secret and the certificate. */
import { randomBytes } from 'node:crypto';
import { localSecretArn, secretStringOf } from '../../local/publisher-environment';
import { above, below } from '../alarm-condition';
import type { Fault } from '../fault';
import type { PipelineUnderTest } from '../pipeline-under-test';

const retried = above('PublishRetries', 0);
const handedBack = above('PublishFailures', 0);
const redisUnavailable = below('RedisAvailability', 1);

/** Follows a rotation and the restarts of the services: Redis, the secret, the containers. */
async function changeToken(pipeline: PipelineUnderTest, token: string): Promise<void> {
  await pipeline.pair.addToken(token);
  pipeline.secrets.set(localSecretArn, secretStringOf(token));
  await Promise.all(pipeline.consumersOf().map((consumer) => consumer.restart()));
}

/** Closes open connections, which would survive the end of their token. */
async function revoke(pipeline: PipelineUnderTest, token: string): Promise<void> {
  await pipeline.pair.revokeToken(token);
  for (const proxy of pipeline.allProxies) proxy.cut();
}

/** Restarts the functions, so that they read the secret again. */
async function startFunctionsCold({ publisher, monitor }: PipelineUnderTest): Promise<void> {
  await Promise.all([publisher.kill(), monitor.monitor.kill()]);
}

/** The token before the fault. */
let firstToken = '';

export const credentials: readonly Fault[] = [
  {
    number: 12,
    name: 'token rotated under load, then the old one revoked',
    alarms: [retried],
    break: async ({ pipeline, alarmed, handled }) => {
      firstToken = pipeline.pair.token;
      await changeToken(pipeline, randomBytes(24).toString('base64url'));
      await handled(40);
      await revoke(pipeline, firstToken);
      await alarmed(retried);
      await handled(40);
    },
    tidy: async ({ pipeline }) => {
      const second = pipeline.pair.token;
      await changeToken(pipeline, firstToken);
      await revoke(pipeline, second);
    },
  },
  {
    number: 13,
    endsInvocations: true,
    name: 'a wrong token in the secret, then Secrets Manager unavailable, then the right token',
    alarms: [handedBack, redisUnavailable],
    break: async ({ pipeline, alarmed, accepted }) => {
      pipeline.secrets.set(localSecretArn, secretStringOf(randomBytes(24).toString('base64url')));
      await startFunctionsCold(pipeline);
      await Promise.all([alarmed(handedBack), alarmed(redisUnavailable)]);
      pipeline.secrets.fail('unavailable');
      await startFunctionsCold(pipeline);
      await accepted(60);
    },
    repair: ({ pipeline }) => {
      pipeline.secrets.set(localSecretArn, secretStringOf(pipeline.pair.token));
      pipeline.secrets.fail(undefined);
      return Promise.resolve();
    },
  },
  {
    number: 14,
    name: 'certificate expired, then renewed',
    alarms: [handedBack, redisUnavailable],
    break: async ({ pipeline, alarmed }) => {
      await pipeline.pair.expireCertificate();
      for (const proxy of pipeline.allProxies) proxy.cut();
      await Promise.all([alarmed(handedBack), alarmed(redisUnavailable)]);
    },
    repair: ({ pipeline }) => pipeline.pair.renewCertificate(),
  },
];
