/** The overview in the deployed function, with a paused queue and with queues that no subscription names. */
import { recordQueues } from '../../queue/covered-queues';
import { ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { useOperations } from '../operations/operations-function';
import { claimed, oneClaimed, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { messageRecord, publishOptions } from '../support/publishing';
import { useRedis } from '../support/redis';
import { fillWithLetters } from './hostile-dead-letters';
import { buttonNamed, call, expectAllowed } from './widget-view';

const redis = useRedis();
const operations = useOperations(redis, { subscriptions: [{ service: 'hokusai-site', queue: 'model_events:site' }] });
const root = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const old = new ModelQueue('model_events:old');

const textOf = (page: string): string =>
  page.replace(/<style>.*?<\/style>|<cwdb-action.*?<\/cwdb-action>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');

/** The row of a queue as text, without markup. */
const rowOf = (page: string, queue: string): string => {
  const [row = ''] = page.match(new RegExp(`<tr(?:(?!</tr>).)*>${queue}<.*?</tr>`, 's')) ?? [];
  return textOf(row);
};

test('a paused queue has a badge with the time and the reason, other queues have none; a primary that confirms alone is noted once', async () => {
  await site.pause(redis.client, 'RPC node <b>down</b>');
  const page = await call(operations);
  expectAllowed(page);
  expect(rowOf(page, site.name)).toMatch(/PAUSED \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC .* ago RPC node &lt;b&gt;down/);
  expect(rowOf(page, root.name)).not.toContain('PAUSED');
  expect(
    textOf(page).match(/redis\.durability is &quot;primary&quot;: a failover loses the newest messages/g),
  ).toHaveLength(1);
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

test('the counts open the messages of their state, with payload, retries and correlation id', async () => {
  await redis.client.zadd(site.keys.delayed, Date.parse('2030-01-01T00:00:00Z'), tried(message('retries'), 2));
  await claimed(redis.client, site, [tried(message('held', { model_id: 'fraud-graph-2' }), 1)], { consumer: 'task-7' });
  await redis.client.lpush(site.keys.main, message('waits', { model_id: 'credit-risk-7' }));
  const page = await call(operations);
  const waiting = await call(operations, buttonNamed(page, '1 waiting in hokusai-site').fields);
  expectAllowed(waiting);
  expect(textOf(waiting)).toMatch(
    /Waiting messages of model_events:site .* waits correlation id \S+ credit-risk-7 .* 0 /,
  );
  expect(waiting).toContain('&quot;model_id&quot;:&quot;credit-risk-7&quot;');
  const delayed = await call(operations, buttonNamed(page, '1 delayed in hokusai-site').fields);
  expect(textOf(delayed)).toMatch(/the next first .* retries .* 2030-01-01 00:00:00 UTC in .* after 2 failed attempts/);
  const claims = await call(operations, buttonNamed(page, '1 claimed in hokusai-site').fields);
  expectAllowed(claims);
  expect(textOf(claims)).toMatch(
    /held correlation id \S+ fraud-graph-2 \d{4}-\d\d-\d\d [\d:]+ UTC .* ago 1 .* by task-7 .* Show .*Release held/,
  );
  expect(claims).toContain('&quot;model_id&quot;:&quot;fraud-graph-2&quot;');
  expect(await call(operations, buttonNamed(page, '0 dead letters in hokusai-site').fields)).toContain('None of 0');
});

test('a page names the environment and the time, and is refreshed in place', async () => {
  const page = await call(operations, { view: 'claims', queue: site.name });
  expect(textOf(page)).toMatch(/ local Overview As of \d\d:\d\d:\d\d UTC Refresh /);
  expect(buttonNamed(page, 'Refresh').fields).toEqual({ view: 'claims', queue: site.name });
});

test('a queue that no consumer reads any more is a finding, and not one that none has read yet', async () => {
  expect(rowOf(await call(operations), site.name)).not.toContain('ago');
  expect(textOf(await call(operations))).toContain('All checks passed.');
  const now = Number((await redis.client.time())[0]) * 1000;
  await redis.client.hset(site.keys.state, 'consumer-seen', now - 3_600_000);
  const page = await call(operations);
  expect(rowOf(page, site.name)).toMatch(/ 6\d min ago/);
  expect(textOf(page)).toMatch(
    /Redis accepts messages; 1 finding for an operator\. .* no-consumer model_events:site no consumer has read/,
  );
});

test('a timeline has the steps of a message in each queue, and is linked from every list', async () => {
  await publish(redis.client, [messageRecord('a'), messageRecord('b')], publishOptions);
  const hold = { nonce: 'n1.1', consumer: 'site:1', count: 2, starting: 2, leaseMs: 60_000 };
  const [a, b] = (await site.claim(redis.client, hold)).claims;
  if (a === undefined || b === undefined) throw new Error('nothing was claimed');
  const failure = { code: 'RPC_DOWN', reason: 'no answer', delayMs: 3_600_000, maxRetries: 3 };
  await site.retry(redis.client, a, failure);

  const claims = await call(operations, { view: 'claims', queue: site.name });
  const ofB = await call(operations, buttonNamed(claims, 'b').fields);
  expectAllowed(ofB);
  expect(textOf(ofB)).toMatch(
    /model_events:site Registered 2026-11-23 10:00:00 UTC .* ago Queued .* ago Claimed .* ago by site:1 lease ends .* UTC in/,
  );
  expect(textOf(ofB)).toContain('npx model-events logs b -e local');

  const delayed = await call(operations, { view: 'queued', state: 'delayed', queue: site.name });
  const ofA = textOf(await call(operations, buttonNamed(delayed, 'a').fields));
  expect(ofA).toMatch(/Registered .* Queued .* Retried after 1 failed attempt Waiting for its next attempt .* UTC in/);

  await site.acknowledge(redis.client, b);
  expect(textOf(await call(operations, { view: 'message-status', message_id: 'b' }))).toMatch(
    /Queued .* Handled acknowledged by its consumer/,
  );
  await addDeadLetter(redis.client, site, message('c'));
  const letters = await call(operations, { view: 'dead-letters', queue: site.name });
  const ofC = await call(operations, buttonNamed(letters, 'Timeline of c').fields);
  expect(textOf(ofC)).toMatch(
    /Registered .* Dead letter .* UTC .* HANDLER_FAILED .* by the consumer; Open the dead letter/,
  );
  const letter = await call(operations, buttonNamed(ofC, 'Open the dead letter').fields);
  expect(buttonNamed(letter, 'c').fields).toEqual({ view: 'message-status', message_id: 'c' });
});

test('a refused event is found by its id, with the reason and its dead letter', async () => {
  const event = eventBody(registered({ event_id: 'e-1', baseline_value: 'high' }));
  await addDeadLetter(redis.client, root, event, { failedBy: 'publisher' });
  const found = await call(operations, { view: 'message-status', message_id: 'e-1' });
  expect(textOf(found)).toMatch(/Publisher Registered 2026-11-23 10:00:00 UTC .* Refused .* by the publisher;/);
  expect(textOf(found)).not.toContain('No record');
  expect(await call(operations, buttonNamed(found, 'Open the dead letter').fields)).toContain('high');
  expect(textOf(await call(operations, { view: 'message-status', message_id: 'unheard' }))).toContain(
    'No record of this message.',
  );
});

test('a dead letter shows what its consumer has recorded', async () => {
  const details = { name: 'RangeError', stack: ['at deploy (app.js:7:5)'], attempt: 4, consumer: 'site:1' };
  const claim = await oneClaimed(redis.client, site, message('a'));
  await site.deadLetter(redis.client, claim, { code: 'NO_GAS', reason: 'no gas', details });
  const letters = await call(operations, { view: 'dead-letters', queue: site.name });
  const letter = await call(operations, buttonNamed(letters, 'a').fields);
  expect(textOf(letter)).toMatch(/Error class RangeError Stack at deploy \(app\.js:7:5\) Attempt 4 Consumer site:1/);
});

test('dead letters are counted by error over the whole list; a count that ended before says so and continues', async () => {
  await addDeadLetter(redis.client, site, message('oldest'), { code: 'NO_GAS' });
  await fillWithLetters(redis.client, site, 150);
  const list = { view: 'dead-letters', queue: site.name };
  const letters = await call(operations, list);
  expectAllowed(letters);
  expect(textOf(letters)).toContain('By error: 150 HANDLER_FAILED 1 NO_GAS');
  const group = await call(operations, buttonNamed(letters, '1 NO_GAS').fields);
  expect(textOf(group)).toContain('1 of 151 examined dead letters match');

  await fillWithLetters(redis.client, site, 4850);
  const many = await call(operations, list);
  expect(textOf(many)).toContain('By error, of the newest 4,000 of 5,001: 4,000 HANDLER_FAILED Count all 5,001');
  const all = await call(operations, buttonNamed(many, 'Count all 5,001').fields);
  expect(textOf(all)).toContain('By error: 5,000 HANDLER_FAILED 1 NO_GAS');
});

test('all entries of a page are selected at once, and a confirmation lists what is affected', async () => {
  for (const id of ['a', 'b', 'c']) await addDeadLetter(redis.client, site, message(id, { model_id: `model-${id}` }));
  const list = { view: 'dead-letters', queue: site.name };
  const selected = await call(operations, buttonNamed(await call(operations, list), 'Select all on this page').fields);
  expect(selected.match(/<input type="checkbox"[^>]* checked/g)).toHaveLength(3);
  expect(await call(operations, buttonNamed(selected, 'Select none').fields)).not.toMatch(/<input[^>]* checked/);

  const ids = [...selected.matchAll(/name="(id-[0-9a-f]{16})"/g)].map(([, id = '']) => [id, 'true'] as const);
  const press = buttonNamed(selected, 'Redrive selected').fields;
  const question = await call(operations, press, Object.fromEntries<string>(ids.slice(0, 2)));
  expectAllowed(question);
  expect(textOf(question)).toMatch(
    /Redrive 2 dead letters .* Affected By error: 2 HANDLER_FAILED .* c model-c .* b model-b/,
  );
  expect(textOf(question)).not.toMatch(/model-a|WARNING/);

  await fillWithLetters(redis.client, site, 30);
  const all = textOf(await call(operations, buttonNamed(await call(operations, list), 'Discard all').fields));
  expect(all).toMatch(/Affected, the newest 20 of 33 By error: 33 HANDLER_FAILED .* m30 .* m11 /);
  expect(all).not.toContain('m10 ');

  await claimed(redis.client, site, [message('held')], { consumer: 'task-7' });
  const claims = await call(operations, { view: 'claims', queue: site.name });
  const release = textOf(await call(operations, buttonNamed(claims, 'Release all').fields));
  expect(release).toMatch(/Release 1 claim .* Affected .* held credit-risk-7 task-7/);
});

test('a redrive of what cannot succeed warns in its confirmation, with the reason and what to do', async () => {
  const refused = { failedBy: 'publisher', code: 'CONTRACT_VIOLATION' } as const;
  await addDeadLetter(redis.client, root, eventBody(registered({ event_id: 'e-1' })), refused);
  await addDeadLetter(redis.client, root, eventBody(registered({ event_id: 'e-2' })), {
    ...refused,
    code: 'ID_REUSED',
  });
  await addDeadLetter(redis.client, root, message('retry-me'));
  const list = await call(operations, { view: 'dead-letters', queue: root.name });
  const all = textOf(await call(operations, buttonNamed(list, 'Redrive all').fields));
  expect(all).toContain('! WARNING 2 dead letters cannot succeed:');
  expect(all).toContain('1 CONTRACT_VIOLATION : the event violates the contract: correct it and emit it again');
  expect(all).toContain('1 ID_REUSED : another event was published with its event_id: emit it with a new event_id');

  expect(buttonNamed(list, 'Redrive retry-me').fields['view']).toBe('work');
  const one = await call(operations, buttonNamed(list, 'Redrive e-1').fields);
  expect(textOf(one)).toContain('1 dead letter cannot succeed');
  expect(textOf(await call(operations, buttonNamed(list, 'Discard all').fields))).not.toContain('WARNING');
  expect(await call(operations, buttonNamed(one, 'Redrive 1 dead letter').fields)).toContain('sent to the buffer');
});

test('the overview has the rates and the depths of the last hour of each queue that the monitor measures', async () => {
  expect(textOf(await call(operations))).not.toContain('Last hour');
  const ms = Date.parse('2026-11-23T12:00:00Z');
  const samples = [`${ms} 0 1 1 8 700`, `${ms - 300_000} 40 1 1 4 600`, `${ms - 3_600_000} 20 0 0 0 100`];
  await redis.client.rpush(site.keys.samples, ...samples);
  const page = await call(operations);
  expectAllowed(page);
  const [graph = ''] = /<figure>.*<\/figure>/s.exec(page) ?? [];
  expect(textOf(graph)).toMatch(
    /hokusai-site per minute: 12 in, 20 claimed \(5 min\); 9\.7 in, 10 claimed \(1 h\) 40 .* an hour ago 12:00 UTC/,
  );
  expect(graph).toContain('hokusai-site in the last hour: 0 waiting, 2 claimed or delayed, 8 dead letters; most 40');
  expect(graph).toContain('<polyline class="waiting" points="0.0,40.0 550.0,1.0 600.0,79.0"');
});
