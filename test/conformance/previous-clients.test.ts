/** Consumers of the previous version, beside the publisher and the maintenance of this one: services upgrade later than the pipeline. */
import { readEvent } from '../../contract/read-event';
import { eventBody, registered } from '../support/events';
import { usePreviousVersion } from '../support/previous-version';
import { useRedis } from '../support/redis';
import { type Client, clients } from './clients';
import { ConformanceRun, type HandlerAction } from './conformance-run';

const redis = useRedis();
const previous = usePreviousVersion();
const run = new ConformanceRun(redis);

afterEach(() => run.endAll());

/** The same program, with the previous version's package. */
function previousOf(client: Client): Client {
  const { nodeModule, pythonPath } = previous();
  const [file, ...parameters] = client.program;
  if (file.endsWith('.py')) return { ...client, variables: { PYTHONPATH: pythonPath } };
  return { ...client, program: [file, nodeModule, ...parameters] };
}

/** What this publisher writes for a registration with a field of a later version and the context of a tracing agent. */
function writtenText(id: string, action: HandlerAction): string {
  const detail = registered({
    event_id: id,
    metric_name: action,
    framework: 'torch',
    _datadog: { 'x-datadog-trace-id': '1' },
  });
  const reading = readEvent(eventBody(detail));
  if (reading.kind !== 'message') throw new Error(`not published: ${reading.kind}`);
  return reading.text;
}

const libraries = clients.filter(({ kind }) => kind === 'library');

test.each(libraries.map((client) => [client.name, client] as const))(
  'the previous %s client acknowledges, retries and dead-letters what this publisher writes',
  async (_, client) => {
    const consumer = await run.consumer(previousOf(client));
    await run.push(writtenText('again', 'fails once'), writtenText('refused', 'is refused'));
    await consumer.next({ event: 'retried', message_id: 'again' });
    await consumer.next({ event: 'dead-lettered', message_id: 'refused' });
    await consumer.next({ begun: 'again', retry_count: 1 });
    await consumer.next({ event: 'acknowledged', message_id: 'again' });
    expect(await run.deadLetter()).toMatchObject({
      message: { message_id: 'refused' },
      error: { code: 'SYMBOL_TAKEN' },
    });
    expect(await run.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 0 });
  },
);
