import type { Selection } from '../../contract/operations';
import { recordQueues } from '../../queue/covered-queues';
import { type ClaimState, ModelQueue } from '../../queue/model-queue';
import { claimed, oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useRedis } from '../support/redis';
import { useOperations } from './operations-function';

const redis = useRedis();
const operations = useOperations(redis);
const main = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const all = { select: {}, kept: 0, examine: 100 };

test('depths are returned for every subscription with its service', async () => {
  await redis.client.lpush('model_events', message('a'));
  await addDeadLetter(redis.client, site, message('b'));
  const { queues } = await operations.ask({ action: 'depths' });
  expect(queues).toMatchObject([
    { service: 'hokusai-token', queue: 'model_events', depth: 1, dead_letters: 0 },
    { service: 'hokusai-site', queue: 'model_events:site', depth: 0, dead_letters: 1 },
  ]);
});

test('depths include queues that no subscription names, and their dead letters are listed, redriven and discarded', async () => {
  const old = new ModelQueue('model_events:old');
  await recordQueues(redis.client, [{ service: 'hokusai-old', queue: old.name }]);
  await addDeadLetter(redis.client, old, message('b'));
  await addDeadLetter(redis.client, old, message('a'));
  const { queues } = await operations.ask({ action: 'depths' });
  expect(queues.slice(2)).toMatchObject([{ service: 'no-subscription', queue: old.name, dead_letters: 2 }]);
  const { entries } = await operations.ask({ action: 'dead-letters', queue: old.name, offset: 0, select: {} });
  expect(entries.map((entry) => entry.message_id)).toEqual(['a', 'b']);
  const selected = { queue: old.name, kept: 0, examine: 100 };
  const select = { ids: [entries[0]?.id ?? ''] };
  await operations.ask({ action: 'redrive', ...selected, select });
  expect(await redis.client.llen(old.keys.main)).toBe(1);
  await operations.ask({ action: 'discard', ...selected, select: {} });
  expect(await redis.client.llen(old.keys.deadLetters)).toBe(0);
});

test('a paused queue gives nothing to consumers until it is resumed; depths and health show since when and why', async () => {
  await redis.client.lpush(main.keys.main, message('a'));
  const reason = 'RPC node is down';
  const { paused } = await operations.ask({ action: 'pause', queue: main.name, reason });
  expect(paused).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z.*RPC node is down$/);
  expect(await claimStateOf(main)).toBe('paused');
  const { queues } = await operations.ask({ action: 'depths' });
  expect(queues).toMatchObject([
    { queue: main.name, depth: 1, paused },
    { queue: site.name, paused: null },
  ]);
  const { status, checks } = await operations.ask({ action: 'health' });
  expect(status).toBe('warn');
  expect(checks['queue:paused']).toMatchObject([{ componentId: main.name, fault: 'paused' }]);
  expect(checks['queue:paused']?.[0]?.output).toContain(reason);

  expect(await operations.ask({ action: 'resume', queue: main.name })).toEqual({ resumed: true });
  expect(await operations.ask({ action: 'resume', queue: main.name })).toEqual({ resumed: false });
  expect(await claimStateOf(main)).toBe('claimed');
});

test('dead letters are listed newest first, and selected by error, model and time', async () => {
  await addDeadLetter(redis.client, site, message('old', { model_id: 'm-1' }), {
    failedAt: '2026-11-20T00:00:00.000Z',
  });
  await addDeadLetter(redis.client, site, message('new', { model_id: 'm-2' }));
  const listed = async (select: Selection) => {
    const page = await operations.ask({ action: 'dead-letters', queue: site.name, offset: 0, select });
    return page.entries.map((entry) => entry.message_id);
  };
  expect(await listed({})).toEqual(['new', 'old']);
  expect(await listed({ model: 'm-1' })).toEqual(['old']);
  expect(await listed({ since: '2026-11-22T00:00:00.000Z' })).toEqual(['new']);
  expect(await listed({ error: 'HANDLER_FAILED' })).toEqual(['new', 'old']);
  expect(await listed({ error: 'ID_REUSED' })).toEqual([]);
});

test('concurrent and repeated redrives send a message once', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const request = { action: 'redrive', queue: site.name, ...all } as const;
  const [first, second] = await Promise.all([operations.ask(request), operations.ask(request)]);
  const third = await operations.ask(request);
  const results = [first, second, third].flatMap(({ outcomes }) => outcomes.map(({ result }) => result));
  expect(results.filter((result) => result === 'redriven')).toHaveLength(1);
  expect(await redis.client.llen(site.keys.main)).toBe(1);
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(0);
});

test('a redrive sends an event that the publisher refused to the buffer, character for character', async () => {
  const event = eventBody(JSON.stringify(registered()).replace('0.82', '0.820'));
  await addDeadLetter(redis.client, main, event, { failedBy: 'publisher' });
  const { outcomes } = await operations.ask({ action: 'redrive', queue: main.name, ...all });
  expect(outcomes).toMatchObject([{ result: 'sent-to-buffer', model_id: 'credit-risk-7' }]);
  expect(operations.buffered).toEqual([event]);
  expect(await redis.client.exists(main.keys.deadLetters, main.keys.main)).toBe(0);
});

test('a dead letter stays if the buffer rejects its event', async () => {
  await addDeadLetter(redis.client, main, eventBody(registered()), { failedBy: 'publisher' });
  operations.bufferRefuses = true;
  const reply = await operations.invoke({ action: 'redrive', queue: main.name, ...all });
  expect(reply).toEqual({ error: expect.stringContaining('AccessDenied') as string });
  expect(await redis.client.llen(main.keys.deadLetters)).toBe(1);
});

test('a redrive skips an entry that is not a valid dead letter, and a discard removes it', async () => {
  await redis.client.lpush(site.keys.deadLetters, 'foreign');
  await addDeadLetter(redis.client, site, message('a'));
  const first = await operations.ask({ action: 'redrive', queue: site.name, select: {}, kept: 0, examine: 1 });
  expect(first).toMatchObject({ outcomes: [{ result: 'foreign' }], kept: 1 });
  const second = await operations.ask({ action: 'redrive', queue: site.name, select: {}, kept: 1, examine: 1 });
  expect(second.outcomes).toMatchObject([{ message_id: 'a', result: 'redriven' }]);
  await operations.ask({ action: 'discard', queue: site.name, ...all });
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(0);
});

test('claims are listed with their holder; a released message is delivered next and its former holder cannot acknowledge it', async () => {
  const [first] = await claimed(redis.client, site, [message('a'), message('b')], {
    consumer: 'task-7',
    prefetched: 1,
  });
  const { entries, total } = await operations.ask({ action: 'claims', queue: site.name, offset: 0 });
  expect(total).toBe(2);
  expect(entries).toMatchObject([
    { message_id: 'b', consumer: 'task-7', started: false },
    { message_id: 'a', consumer: 'task-7', started: true, lease_ends_at: expect.any(String) as string },
  ]);
  const ids = entries.filter((entry) => entry.message_id === 'a').map(({ id }) => id);
  const { outcomes } = await operations.ask({ action: 'release', queue: site.name, ids });
  expect(outcomes).toMatchObject([{ message_id: 'a', result: 'released' }]);
  expect(await redis.client.lrange(site.keys.main, 0, -1)).toEqual([message('a')]);
  expect(await site.acknowledge(redis.client, first ?? { id: '', text: '' })).toBe('not-held');
  const again = await operations.ask({ action: 'release', queue: site.name, ids });
  expect(again.outcomes).toMatchObject([{ result: 'not-found' }]);
});

test('a pause is logged with the caller and the reason', async () => {
  const caller = 'arn:aws:iam::123456789012:user/ada';
  await operations.ask({ action: 'pause', queue: site.name, reason: 'RPC node is down', caller });
  expect(operations.entries()).toContainEqual(
    expect.objectContaining({ action: 'pause', caller, asked: { queue: site.name, reason: 'RPC node is down' } }),
  );
});

test("every operation is logged with its action, the caller's name and the ids of the affected messages", async () => {
  await addDeadLetter(redis.client, site, message('a'));
  await oneClaimed(redis.client, site, message('b'));
  await operations.ask({ action: 'discard', queue: site.name, ...all, caller: 'arn:aws:iam::123456789012:user/ada' });
  expect(operations.entries()).toContainEqual(
    expect.objectContaining({
      message: 'operation',
      action: 'discard',
      caller: 'arn:aws:iam::123456789012:user/ada',
      messageIds: { discarded: ['a'] },
    }),
  );
});

test.each([
  [null, 'an operation must be an object'],
  [{ action: 'flushall' }, 'action must be one of depths, samples'],
  [{ action: '__proto__' }, 'action must be one of depths'],
  [{ action: 'redrive', queue: 'model_events', kept: -1, examine: 1, select: {} }, 'kept: a whole number from 0'],
  [{ action: 'claims', queue: 'sessions', offset: 0 }, 'queue: a queue, as in model_events'],
  [{ action: 'claims', queue: 'model_events:unknown', offset: 0 }, 'unknown queue model_events:unknown'],
])('%j is refused with the reason and changes nothing', async (request, reason) => {
  expect(await operations.invoke(request)).toEqual({ error: expect.stringContaining(reason) as string });
});

let calls = 0;

/** How a consumer's next claim is answered. */
async function claimStateOf(queue: ModelQueue): Promise<ClaimState> {
  const options = { nonce: `000000000000.${++calls}`, consumer: 'tester', count: 1, starting: 1, leaseMs: 60_000 };
  return (await queue.claim(redis.client, options)).state;
}

test('the engine is asked whether it has WAIT', async () => {
  expect(await operations.ask({ action: 'wait-support' })).toEqual({ wait: 'supported' });
});
