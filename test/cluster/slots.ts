/** Queues with hash tags: publishing, the functions. */
import type { Redis } from 'ioredis';
import { rootQueueOf, slotOf } from '../../contract/patterns';
import { keysOfSlot } from '../../queue/keys';
import { messageStatus } from '../../queue/message-status';
import { ModelQueue } from '../../queue/model-queue';
import { checkHealth } from '../../queue/health';
import { publishBySlot } from '../../queue/publish-by-slot';
import type { PublishRecord } from '../../queue/publish';
import type { RedisError } from '../../queue/errors';
import type { RedisSession } from '../../queue/session';
import { useHealthFunction } from '../health/health-function';
import { useOperations } from '../operations/operations-function';
import { clusterSubscriptions as subscriptions, type TestCluster } from '../support/cluster';
import { eventBody, message, registered, sqsRecord } from '../support/events';
import { useMonitor, valuesIn } from '../support/monitor';
import { usePublisher } from '../support/publisher';
import { refusedRecord, smokeRecord } from '../support/publishing';

export const [token, audit, site] = ['{model_events}', '{model_events}:audit', '{model_events:site}'] as const;
export const queues = [token, audit, site];
export const slotOptions = { queues, seenSeconds: 86_400, minReplicaAcks: 1, replicaWaitMs: () => 3000 };
const environment = { subscriptions, minReplicaAcks: 1 };

export function testSlots(cluster: TestCluster): void {
  const publisher = usePublisher(cluster, environment);
  const monitor = useMonitor(cluster, environment);
  const health = useHealthFunction(cluster, {}, environment);
  const operations = useOperations(cluster, environment);

  const record = (id: string, more: Partial<Extract<PublishRecord, { kind: 'message' }>> = {}): PublishRecord => ({
    kind: 'message',
    messageId: id,
    digest: `digest-${id}`,
    text: message(id),
    ...more,
  });
  const onQueue = <Result>(
    queue: string,
    work: (redis: Redis) => Promise<Result>,
    session: RedisSession = cluster.session(),
  ) => session.at(queue).use('look', work);
  const texts = (queue: string) => onQueue(queue, (redis) => redis.lrange(queue, 0, -1));
  const depths = () => Promise.all(queues.map(async (queue) => (await texts(queue)).length));

  test('the names select the slots: a hash tag is shared, or is of the queue alone', async () => {
    expect(queues.map(slotOf)).toEqual(['{model_events}', '{model_events}', '{model_events:site}']);
    expect([rootQueueOf(queues), rootQueueOf(['model_events:site'])]).toEqual(['{model_events}', 'model_events']);
    const [first, second, third] = await Promise.all(queues.map((queue) => cluster.server.primaryOf(queue)));
    expect(first?.port).toBe(second?.port);
    expect(third?.port).not.toBe(first?.port);
  });

  test('a session follows the slot to its primary, whichever node it starts at', async () => {
    for (const { port } of cluster.server.nodes) {
      const session = cluster.session({ port });
      for (const queue of queues) {
        await onQueue(queue, (redis) => redis.lpush(queue, String(port)), session);
        expect(session.at(queue).endpoint).toBe(`localhost:${(await cluster.server.primaryOf(queue)).port}`);
      }
      expect(session.at(token)).toBe(session.at(audit));
    }
    expect(await depths()).toEqual([6, 6, 6]);
  });

  test('a batch is written to every slot, each with its own seen keys, and confirmed by the replicas of all', async () => {
    const batch = [record('a'), record('b', { queues: [site] }), refusedRecord('sqs-1'), smokeRecord('s')];
    const publish = () => publishBySlot(cluster.session(), batch, slotOptions);
    expect(await publish()).toEqual({
      results: ['published', 'published', 'published', 'published'],
      replicated: true,
    });
    expect(await publish()).toEqual({
      results: ['duplicate', 'duplicate', 'duplicate', 'duplicate'],
      replicated: true,
    });
    expect(await depths()).toEqual([1, 1, 2]);
    const root = keysOfSlot(token);
    expect(
      await onQueue(token, (redis) =>
        redis.exists(root.deadLetters, root.smoke, root.seen('a'), root.seen('sqs-1', 'sqs'), root.seen('s', 'smoke')),
      ),
    ).toBe(5);
    const ofSite = keysOfSlot(slotOf(site));
    expect(await onQueue(site, (redis) => redis.exists(ofSite.seen('a'), ofSite.seen('b')))).toBe(2);
  });

  test('a redelivery completes a batch that crashed between two slots', async () => {
    const batch = [record('a'), record('b')];
    await publishBySlot(cluster.session(), batch, { ...slotOptions, queues: [token, audit] });
    expect(await depths()).toEqual([1 * 2, 2, 0]);
    expect((await publishBySlot(cluster.session(), batch, slotOptions)).results).toEqual(['published', 'published']);
    expect(await depths()).toEqual([2, 2, 2]);
  });

  test('a batch is not confirmed while the replica of one slot is silent, and is not written twice', async () => {
    const primary = await cluster.server.primaryOf(site);
    const replica = await cluster.server.replicaOf(primary);
    replica.process.pause();
    try {
      const brief = { ...slotOptions, replicaWaitMs: () => 100 };
      expect(await publishBySlot(cluster.session(), [record('a')], brief)).toEqual({
        results: ['published'],
        replicated: false,
      });
    } finally {
      replica.process.resume();
    }
    expect(await publishBySlot(cluster.session(), [record('a')], slotOptions)).toEqual({
      results: ['duplicate'],
      replicated: true,
    });
    expect(await depths()).toEqual([1, 1, 1]);
  });

  test('an id that the first slot knows from another event is written to no slot', async () => {
    await publishBySlot(cluster.session(), [record('a')], { ...slotOptions, queues: [token, audit] });
    const other = record('a', { digest: 'another', text: message('a', { model_id: 'another' }) });
    expect((await publishBySlot(cluster.session(), [other, record('b')], slotOptions)).results).toEqual([
      'id-reused',
      'published',
    ]);
    expect(await depths()).toEqual([2, 2, 1]);
  });

  test('a list of the wrong type fails the records of its slot and no other one', async () => {
    await onQueue(site, (redis) => redis.set(site, 'foreign'));
    const batch = [record('a'), record('b', { queues: [audit] })];
    await expect(publishBySlot(cluster.session(), batch, slotOptions)).rejects.toThrow(
      /WRONGTYPE \{model_events:site\}/,
    );
    await onQueue(site, (redis) => redis.del(site));
    expect((await publishBySlot(cluster.session(), batch, slotOptions)).results).toEqual(['published', 'duplicate']);
    expect((await onQueue(audit, (redis) => redis.lrange(audit, 0, -1))).length).toBe(2);
  });

  test('queues without a hash tag are refused by name', async () => {
    const session = cluster.session();
    const failure = await session
      .use('claim', (redis) => new ModelQueue('model_events').inspect(redis))
      .catch((error: unknown) => error);
    expect((failure as RedisError).fault).toBe('cluster-mode');
    expect((failure as RedisError).message).toContain('name the queues with a hash tag');
  });

  test('the status of a message covers the slots of all subscriptions', async () => {
    await publishBySlot(cluster.session(), [record('a')], slotOptions);
    const status = await messageStatus(cluster.session(), 'a', subscriptions);
    expect(status.subscriptions.map(({ queue, place }) => [queue, place])).toEqual(
      queues.map((queue) => [queue, 'waiting']),
    );
    expect(status.queued_at).toBeDefined();
  });

  test('the users of a created Redis have the rights to their work in every slot', async () => {
    const as = (name: string) => cluster.session(cluster.users.get(name));
    expect((await publishBySlot(as('publisher'), [record('a'), refusedRecord('sqs-1')], slotOptions)).results).toEqual([
      'published',
      'published',
    ]);
    expect((await checkHealth(as('operator'), { queues, unsubscribed: true })).status).toBe('warn');
    for (const { service, queue } of subscriptions) {
      const claim = { nonce: 'n.1', consumer: 'c', count: 1, starting: 1, leaseMs: 60_000 };
      const { claims } = await as(service).use('claim', (redis) => new ModelQueue(queue).claim(redis, claim));
      expect(claims).toHaveLength(1);
    }
    await expect(as('hokusai-site').use('look', (redis) => redis.llen(token))).rejects.toThrow('NOPERM');
  });

  test('the health check writes to each slot and reports the one that fails', async () => {
    const passed = await checkHealth(cluster.session(), { queues });
    expect(passed.status).toBe('pass');
    expect(passed.checks['redis:write']?.map(({ componentId }) => componentId)).toEqual(
      await Promise.all(
        [token, site].map(async (queue) => `localhost:${(await cluster.server.primaryOf(queue)).port}`),
      ),
    );
    const { probe } = keysOfSlot(slotOf(site));
    await onQueue(site, (redis) => redis.multi().del(probe).lpush(probe, 'foreign').exec());
    const failed = await checkHealth(cluster.session(), { queues, unsubscribed: true });
    expect(failed.checks['redis:write']?.map(({ status }) => status)).toEqual(['pass', 'fail']);
    expect(failed.checks['queue:depth']).toHaveLength(3);
  });

  test('the deployed functions publish, maintain, measure and operate the queues of all slots', async () => {
    const records = [sqsRecord(eventBody(registered({ event_id: 'r-1' }))), sqsRecord('not json')];
    expect(await publisher.publish(...records)).toEqual([]);
    expect(await publisher.publish(...records)).toEqual([]);
    expect(publisher.metric('MessagesPublished')).toEqual([1, 0]);
    expect(await depths()).toEqual([1, 1, 1]);

    const points = await monitor.run();
    expect(monitor.logs('a step of the run failed')).toEqual([]);
    expect(queues.map((queue) => valuesIn(points, queue)['QueueDepth'])).toEqual([1, 1, 1]);
    expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1, EvictionPolicySafe: 1, UnsubscribedMessages: 0 });

    for (const path of ['/ready', '/health']) {
      const { status, body } = await health.request(path);
      expect([path, status]).toEqual([path, 200]);
      expect((body['checks'] as { 'redis:write': unknown[] })['redis:write']).toHaveLength(2);
    }
    expect((await health.request('/messages/r-1')).status).toBe(200);

    expect((await operations.ask({ action: 'depths' })).queues).toMatchObject(
      queues.map((queue) => ({ queue, depth: 1 })),
    );
    await operations.ask({ action: 'pause', queue: site });
    expect(await onQueue(site, (redis) => new ModelQueue(site).inspect(redis))).toMatchObject({
      depth: 1,
      paused: expect.any(String) as string,
    });
    const walk = { select: {}, kept: 0, examine: 10 };
    expect(await operations.ask({ action: 'discard', queue: token, ...walk })).toMatchObject({
      outcomes: [{ result: 'discarded' }],
    });
  });
}
