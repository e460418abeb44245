import { DescribeReplayCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { useEmulatedPipeline } from './emulated-pipeline';
import { runProgram } from './program';

const the = useEmulatedPipeline();
const redis = useRedis();
const publisher = usePublisher(redis);

/** Sends a registration of an earlier time, so that it is in the archive and no longer in the buffer. */
async function archived(eventId: string, minutesAgo: number): Promise<void> {
  const entry = {
    EventBusName: 'hokusai-development',
    Source: registrySource,
    DetailType: modelRegistered,
    Detail: JSON.stringify(registered({ event_id: eventId })),
    Time: new Date(Date.now() - minutesAgo * 60_000),
  };
  await the.pipeline.events.send(new PutEventsCommand({ Entries: [entry] }));
}

/** Delivers all waiting messages to the publisher, as the event source mapping does. */
async function publishAll(): Promise<number> {
  const bodies = await the.pipeline.bodies('buffer');
  if (bodies.length > 0) expect(await publisher.publish(...bodies.map((body) => sqsRecord(body)))).toEqual([]);
  return bodies.length;
}

const idsIn = async (queue: string): Promise<string[]> =>
  (await redis.client.lrange(queue, 0, -1)).map((text) => (JSON.parse(text) as { message_id: string }).message_id);

test('the registrations of the time range are replayed for the named service only', async () => {
  await archived('before', 200);
  await archived('lost-1', 90);
  await archived('lost-2', 60);
  await publishAll();
  await redis.client.flushall();
  // Other rules of the bus do not get replayed events.
  await the.pipeline.makeRule('audit', JSON.stringify({ source: [registrySource] }), 'dead');

  const words = ['replay', '--from', '2h', '--to', '30m', '--subscription', 'hokusai-site', '--label', 'loss'];
  const dry = await the.pipeline.run(...words, '--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toContain('hokusai-site, queue model_events:site');
  expect(dry.out).toContain('hokusai-development-registrations');
  const withoutTerminal = await the.pipeline.run(...words);
  expect(withoutTerminal.err).toMatch(/Replay \S+Z to \S+Z for hokusai-site in development\?/);
  expect(withoutTerminal.code).toBe(2);
  const declined = await the.pipeline.type('n\n', ...words, '--json');
  expect(declined).toMatchObject({ code: 1, out: '' });
  expect(declined.err).toMatch(/Nothing was changed\.\n$/);
  expect(await publishAll()).toBe(0);

  const done = await the.pipeline.run(...words, '--yes');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toContain('hokusai-site.loss: completed.');
  expect(await publishAll()).toBe(2);
  expect((await idsIn('model_events:site')).sort()).toEqual(['lost-1', 'lost-2']);
  expect(await idsIn('model_events')).toEqual([]);
  expect(await the.pipeline.count('dead')).toBe(0);

  const { Destination } = await the.pipeline.events.send(
    new DescribeReplayCommand({ ReplayName: 'hokusai-site.loss' }),
  );
  expect(Destination).toEqual({
    Arn: 'arn:aws:events:us-east-1:123456789012:event-bus/hokusai-development',
    FilterArns: ['arn:aws:events:us-east-1:123456789012:rule/hokusai-development/model-registered'],
  });
  expect((await the.pipeline.run('replay', 'list')).out).toMatch(/hokusai-site\.loss +COMPLETED/);
  expect((await the.pipeline.run(...words, '--yes')).err).toContain('use another --label');
});

test('a replay for two services has both in its name, and each gets a copy', async () => {
  await archived('a', 60);
  await publishAll();
  await redis.client.flushall();
  const services = 'hokusai-token,hokusai-site';
  const done = await the.pipeline.run('replay', '--from', '2h', '--subscription', services, '--yes', '--json');
  const { name, state } = JSON.parse(done.out) as { name: string; state: string };
  expect(name).toMatch(/^hokusai-token\.hokusai-site\.\d{8}T\d{6}Z$/);
  expect(state).toBe('COMPLETED');
  await publishAll();
  for (const queue of ['model_events', 'model_events:site']) expect(await idsIn(queue)).toEqual(['a']);
});

test.each([
  [['--from', '2h', '--subscription', 'hokusai-audit'], 'Available: hokusai-token, hokusai-site'],
  [['--from', '1h', '--to', '2h', '--subscription', 'hokusai-site'], 'must be before --to'],
  [['--from', '1h', '--to', '2999-01-01', '--subscription', 'hokusai-site'], '--to is in the future'],
  [['--from', '31d', '--subscription', 'hokusai-site'], 'the archive keeps events for 30 days: since '],
  [['--from', '2h', '--subscription', 'hokusai-site', '--label', 'a.b'], '--label must be'],
  [['--from', 'monday', '--subscription', 'hokusai-site'], '--from must be 30m, 2h, 3d'],
  [['--subscription', 'hokusai-site'], '--from is required'],
])('replay %j is refused, with the reason', async (words, reason) => {
  const { code, err } = await the.pipeline.run('replay', ...words, '--yes');
  expect(err).toContain(reason);
  expect(code).toBe(2);
});

test('--local is refused, since `make local` has no archive, and the error recommends `emit`', async () => {
  const { code, err } = await runProgram(['replay', '--local']);
  expect(err).toContain('`make local` has no archive');
  expect(err).toContain('emit');
  expect(code).toBe(1);
});

test('cancelling an unknown replay is an error', async () => {
  const { code, err } = await the.pipeline.run('replay', 'cancel', 'unknown');
  expect(err).toContain('Replay unknown not found');
  expect(code).toBe(1);
});
