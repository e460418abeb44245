import { RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { eventBody, registered } from '../support/events';
import { useEmulatedPipeline } from './emulated-pipeline';
import type { Ended } from './program';

const the = useEmulatedPipeline();

const linesOf = ({ out }: Ended): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

const errorCode = (code: string) => ({ ERROR_CODE: { DataType: 'String', StringValue: code } });

test('buffer status shows the buffer, its redeliveries and both dead letter queues', async () => {
  await the.pipeline.send('buffer', 'a');
  await the.pipeline.send('redeliveries', 'c');
  await the.pipeline.send('dead', 'b');
  const table = await the.pipeline.run('buffer', 'status');
  expect(table).toMatchObject({ code: 0, err: '' });
  expect(table.out).toMatch(/buffer +1 +0 +0\nredeliveries +1 +0 +0\ndead-letters +1 +0 +0\nundeliverable +0 +0 +0\n/);
  expect(linesOf(await the.pipeline.run('buffer', 'status', '--json'))).toMatchObject([
    { queue: 'buffer', visible: 1, hidden: 0 },
    { queue: 'redeliveries', visible: 1 },
    { queue: 'dead-letters', visible: 1 },
    { queue: 'undeliverable', visible: 0 },
  ]);
});

test('undeliverable events are sent to the buffer unchanged and once, and the reasons are printed', async () => {
  const bodies = Array.from({ length: 23 }, (_, index) =>
    eventBody(`{"event_id":"e-${index}","baseline_value":0.${index}0,"n":9007199254740993}`),
  );
  for (const [index, body] of bodies.entries()) {
    await the.pipeline.send('undeliverable', body, errorCode(index < 20 ? 'NO_PERMISSIONS' : 'TIMEOUT'));
  }
  const withoutTerminal = await the.pipeline.run('buffer', 'redrive');
  expect(withoutTerminal.code).toBe(2);
  expect(withoutTerminal.err).toContain('Send 23 events (23 of undeliverable) to the buffer of development?');
  const declined = await the.pipeline.type('n\n', 'buffer', 'redrive', '--json');
  expect(declined).toMatchObject({ code: 1, out: '' });
  expect(declined.err).toMatch(/Nothing was changed\.\n$/);
  expect((await the.pipeline.run('buffer', 'redrive', '--dry-run')).out).toContain('23 of undeliverable');
  expect(await the.pipeline.count('buffer')).toBe(0);

  const done = await the.pipeline.run('buffer', 'redrive', '--yes');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toBe(
    'undeliverable: 23 of 23 sent to the buffer (EventBridge errors: 20 NO_PERMISSIONS, 3 TIMEOUT).\n',
  );
  expect((await the.pipeline.bodies('buffer')).sort()).toEqual(bodies.sort());
  expect(await the.pipeline.count('undeliverable')).toBe(0);
  expect((await the.pipeline.run('buffer', 'redrive', '--yes')).out).toBe('Nothing to send back.\n');
});

test('an SQS task moves the dead letters of the buffer, and --queue selects one of the two queues', async () => {
  await the.pipeline.send('dead', 'a');
  await the.pipeline.send('dead', 'b');
  await the.pipeline.send('undeliverable', eventBody(registered()));
  const done = await the.pipeline.run('buffer', 'redrive', '--queue', 'dead-letters', '--yes', '--json');
  expect(linesOf(done)).toEqual([{ queue: 'dead-letters', task: 'COMPLETED', started: true, moved: 2 }]);
  expect((await the.pipeline.bodies('buffer')).sort()).toEqual(['a', 'b']);
  expect(await the.pipeline.count('undeliverable')).toBe(1);
});

test('an unknown queue and an environment that is not deployed are reported', async () => {
  const { code, err } = await the.pipeline.run('buffer', 'redrive', '--queue', 'model_events');
  expect(err).toContain('--queue must be dead-letters or undeliverable');
  expect(code).toBe(2);
  await the.pipeline.events.send(
    new RemoveTargetsCommand({ EventBusName: 'hokusai-development', Rule: 'model-registered', Ids: ['Target0'] }),
  );
  const gone = await the.pipeline.run('buffer', 'status');
  expect(gone.err).toContain('rule model-registered on bus hokusai-development has no target');
  expect(gone.code).toBe(1);
});
