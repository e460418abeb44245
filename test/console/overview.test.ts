/** The overview in the deployed function, with a paused queue and with queues that no subscription names. */
import { recordQueues } from '../../queue/covered-queues';
import { ModelQueue } from '../../queue/model-queue';
import { useOperations } from '../operations/operations-function';
import { claimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useRedis } from '../support/redis';
import { buttonNamed, call, expectAllowed } from './widget-view';

const redis = useRedis();
const operations = useOperations(redis, { subscriptions: [{ service: 'hokusai-site', queue: 'model_events:site' }] });
const root = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const old = new ModelQueue('model_events:old');

/** The row of a queue as text, without markup. */
const rowOf = (page: string, queue: string): string => {
  const [row = ''] = page.match(new RegExp(`<tr(?:(?!</tr>).)*>${queue}<.*?</tr>`, 's')) ?? [];
  return row.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
};

test('a paused queue has a badge with the time and the reason; other queues have none', async () => {
  await site.pause(redis.client, 'RPC node <b>down</b>');
  const page = await call(operations);
  expectAllowed(page);
  expect(rowOf(page, site.name)).toMatch(/PAUSED \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC .* ago RPC node &lt;b&gt;down/);
  expect(rowOf(page, root.name)).not.toContain('PAUSED');
  await site.resume(redis.client);
  expect(await call(operations)).not.toContain('PAUSED');
});

test('queues that no subscription names have pages for their dead letters and claims, and their letters are redriven', async () => {
  await recordQueues(redis.client, [{ service: 'hokusai-old', queue: old.name }]);
  await addDeadLetter(redis.client, root, eventBody(registered()), { failedBy: 'publisher' });
  await addDeadLetter(redis.client, old, message('a'));
  await claimed(redis.client, old, [message('held')]);

  const page = await call(operations);
  expectAllowed(page);
  expect(rowOf(page, old.name)).toContain('no-subscription');
  const letters = await call(operations, buttonNamed(page, `Dead letters of ${old.name}`).fields);
  expect(await call(operations, buttonNamed(letters, 'Redrive a').fields)).toContain('sent back to their queue');
  expect(await call(operations, buttonNamed(page, `Claims of ${old.name}`).fields)).toContain('held');
  expect(await call(operations, { view: 'dead-letters', queue: root.name })).toContain('credit-risk-7');
  expect(await redis.client.lrange(old.keys.main, 0, -1)).toEqual([expect.stringContaining('"message_id":"a"')]);
});
