/** For each section: the state before its commands, their expected output, and the state afterwards. */
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeRuleCommand, DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { idOf } from '../../queue/operations/summary';
import { recordQueues } from '../../queue/covered-queues';
import { ModelQueue } from '../../queue/model-queue';
import { claimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import type { OperatedAccount } from './operated-account';

/** Values for the runbook's example variables. */
export type Values = Readonly<Record<string, string>>;

export interface Scene {
  /** Causes the failure; returns replacements for the example values. */
  readonly before?: (account: OperatedAccount) => Promise<Values | undefined> | Promise<void>;
  /** Patterns in the commands' output, in this order. */
  readonly outputs: readonly RegExp[];
  /** Expects that the failure is resolved. */
  readonly after?: (account: OperatedAccount) => Promise<void>;
}

const site = new ModelQueue('model_events:site');
const old = new ModelQueue('model_events:old');
const soundAccount = /All \d+ checks passed/;
const smokeArrived = /smoke-\S+: arrived in model_events:smoke/;
const groupCreated = /Replication group hokusai-redis-development created/;
const redisDown = 'model-events-development-redis-down';

/** By section. Every section with commands needs a scene. */
export const scenes: Readonly<Record<string, Scene>> = {
  introduction: {
    before: async (account) => {
      await account.put(registered({ event_id: 'registration-4712' }));
      await account.deliverAll();
      return { id: 'registration-4712' };
    },
    outputs: [/BufferUrl/, / publisher +INFO +batch +published=1\s/],
  },

  page: {
    before: async (account) => {
      const state = { StateValue: 'ALARM', StateReason: 'three probes failed' } as const;
      await account.api(CloudWatchClient).send(new SetAlarmStateCommand({ AlarmName: redisDown, ...state }));
    },
    outputs: [/^model-events-development-redis-down$/m],
  },

  'oldest-message': {
    before: async ({ client }) => {
      await claimed(client, site, [message('a')], { consumer: 'task-8' });
      return { consumer: 'task-8' };
    },
    outputs: [/hokusai-site +model_events:site +0 +- +1 /, / task-8 /, soundAccount, /1 returned to their queue/],
    after: async ({ client }) => expect(await client.llen(site.keys.main)).toBe(1),
  },

  'queue-depth': {
    before: async ({ client }) => {
      await client.lpush(site.keys.main, message('a'), message('b'));
    },
    outputs: [/hokusai-site +model_events:site +2 /, /credit-risk-7/],
  },

  'processing-stuck': {
    before: async ({ client }) => {
      await claimed(client, site, [message('a')], { consumer: 'task-8' });
      return { id: idOf(message('a')) };
    },
    outputs: [/ task-8 /, /1 returned to their queue/],
    after: async ({ client }) => expect(await client.llen(site.keys.processing)).toBe(0),
  },

  'no-consumer': { outputs: [/hokusai-site +model_events:site +0 /, soundAccount] },

  'dead-letters': {
    before: async ({ client }) => {
      const unwanted = await addDeadLetter(client, site, message('unwanted'));
      for (const id of ['a', 'b', 'c']) await addDeadLetter(client, site, message(id));
      return { id: idOf(unwanted) };
    },
    outputs: [
      /HANDLER_FAILED/,
      /"message_id": "unwanted"/,
      /1 deleted/,
      /Would redrive 3/,
      /3 sent back to their queue/,
    ],
    after: async ({ client }) => {
      expect(await client.llen(site.keys.deadLetters)).toBe(0);
      expect(await client.lrange(site.keys.main, 0, -1)).toHaveLength(3);
    },
  },

  'unsubscribed-messages': {
    before: async ({ client }) => {
      await recordQueues(client, [{ service: 'hokusai-old', queue: old.name }]);
      await addDeadLetter(client, old, message('a'));
      return { queue: old.name };
    },
    outputs: [/no-subscription +model_events:old +0 +- +0 +- +0 +1/, /1 deleted/],
    after: async ({ client }) => expect(await client.llen(old.keys.deadLetters)).toBe(0),
  },

  'buffer-age': {
    before: (account) => account.switchMappingsOff(),
    outputs: [/Disabled/, /"State": "Enabled"/, smokeArrived],
    after: async (account) => expect(await account.mappingStates()).toEqual(['Enabled', 'Enabled']),
  },

  'buffer-backlog': { outputs: [/redeliveries +0 /, smokeArrived] },

  'publish-failures': {
    before: async (account) => account.failedPublishing(eventBody(registered())),
    outputs: [/development: warn/, soundAccount, /out-of-memory/, smokeArrived],
  },

  'unreplicated-writes': { outputs: [/"hokusai-redis-development-002",\s+"replica"/] },

  'buffer-dead-letters': {
    before: async (account) => {
      for (const id of ['a', 'b']) await account.send('BufferDeadLettersUrl', eventBody(registered({ event_id: id })));
    },
    outputs: [/dead-letters +2 /, /dead-letters: 2 moved to the buffer/],
    after: async (account) => {
      expect(await account.waitingIn('BufferDeadLettersUrl')).toBe(0);
      await account.deliverAll();
      expect(await account.client.llen(site.keys.main)).toBe(2);
    },
  },

  'undeliverable-events': {
    before: (account) =>
      account.send('UndeliverableUrl', eventBody(registered({ event_id: 'undelivered' })), {
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: 'Lack of permissions to invoke cross account target.',
      }),
    outputs: [
      /undeliverable +1 /,
      /NO_PERMISSIONS.*"event_id":"undelivered"/s,
      /ModelEvents-development/,
      smokeArrived,
    ],
    after: async (account) => {
      expect(await account.waitingIn('UndeliverableUrl')).toBe(0);
      expect(await account.client.llen(site.keys.main)).toBe(1);
    },
  },

  'redis-down': {
    before: async (account) => {
      await account.put(registered({ event_id: 'lost', model_id: 'lost' }));
      await account.deliverAll();
      await account.client.flushall();
      return { to: '0m' };
    },
    outputs: [
      /development: pass/,
      soundAccount,
      groupCreated,
      /hokusai-token\.hokusai-site\.\S+: completed/,
      smokeArrived,
    ],
    after: async ({ client }) => {
      // The archive has registrations of other scenes too.
      const replayed = await client.lrange(site.keys.main, 0, -1);
      expect(replayed.filter((text) => text.includes('"message_id":"lost"'))).toHaveLength(1);
    },
  },

  'monitor-silent': {
    before: async (account) => {
      const Name = await account.resource('AWS::Events::Rule', 'Monitor');
      await account.api(EventBridgeClient).send(new DisableRuleCommand({ Name }));
    },
    outputs: [/rate\(1 minute\)\s+DISABLED/],
    after: async (account) => {
      const Name = await account.resource('AWS::Events::Rule', 'Monitor');
      const { State } = await account.api(EventBridgeClient).send(new DescribeRuleCommand({ Name }));
      expect(State).toBe('ENABLED');
    },
  },

  'redis-memory': {
    outputs: [/hokusai-site/, /^(modifying|available)$/m],
    after: async (account) => {
      const { ReplicationGroups: groups } = await account
        .api(ElastiCacheClient)
        .send(new DescribeReplicationGroupsCommand({}));
      expect(groups).toContainEqual(expect.objectContaining({ CacheNodeType: 'cache.m7g.large' }));
    },
  },

  'eviction-policy': {
    outputs: [/noeviction/, /model-events-noeviction/],
    after: async (account) => {
      const { Parameters: parameters } = await account
        .api(ElastiCacheClient)
        .send(new DescribeCacheParametersCommand({ CacheParameterGroupName: 'model-events-noeviction' }));
      expect(parameters).toContainEqual(expect.objectContaining({ ParameterValue: 'noeviction' }));
    },
  },

  'redis-cpu': { outputs: [/hokusai-redis-development-001/] },

  'redis-failover': { outputs: [/hokusai-redis-development-001/] },

  'token-age': { outputs: [/auth-token/] },

  'refused-logins': { outputs: [soundAccount] },

  'availability-fast-burn': { outputs: [groupCreated] },

  'handled-late-fast-burn': {
    before: async ({ client }) => {
      await claimed(client, site, [message('a')], { consumer: 'task-8' });
    },
    outputs: [/hokusai-site +model_events:site +0 +- +1 /, / task-8 /],
  },

  'function-errors': {
    before: async (account) => {
      await account.logged('Monitor', ['2026-11-23T12:00:00.000Z 8d3c Task timed out after 10.00 seconds']);
      await account.enableRotation();
      return { function: 'Monitor' };
    },
    outputs: [/Task timed out/, /VersionId/],
  },

  deployment: { outputs: [/-model-events-operations:live",\s+"1",\s+(?:null|\{\})/] },

  'notifications-failed': { outputs: [] },

  'function-throttles': { outputs: [/"ConcurrentExecutions": 1000/] },
};
