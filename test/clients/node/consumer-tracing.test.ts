import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ModelEventConsumer } from '../../../clients/node/consumer';
import type { Handler } from '../../../clients/node/consumer-options';
import { message } from '../../support/events';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const spans = new InMemorySpanExporter();
const traceId = '5759e988bd862e3fe1be46a994272793';
const producer = '53995c3f42cd8ad8';

beforeAll(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
beforeEach(() => spans.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

/** Handles one message and returns when it was settled. */
async function handle(text: string, handler: Handler): Promise<void> {
  await redis.client.lpush('model_events', text);
  const consumer = new ModelEventConsumer({ queue: 'model_events', redis: endpointOf(redis.server), handler });
  const settled = new Promise<void>((resolve) => {
    for (const event of ['acknowledged', 'retried'] as const) consumer.on(event, () => resolve());
  });
  const running = consumer.run();
  await settled;
  await consumer.stop();
  await running;
}

const withTrace = (id: string, traceParent: string): string =>
  message(id).replace('"payload":', `"trace_parent":"${traceParent}","payload":`);
const traced = (id: string): string => withTrace(id, `00-${traceId}-${producer}-01`);

test('the handler runs in one span that continues the trace of the producer and is linked to it', async () => {
  let active: string | undefined;
  await handle(traced('m-1'), () => void (active = trace.getActiveSpan()?.spanContext().spanId));
  expect(spans.getFinishedSpans()).toHaveLength(1);
  const [span] = spans.getFinishedSpans();
  expect(span).toMatchObject({
    name: 'process model_events',
    kind: SpanKind.CONSUMER,
    parentSpanContext: { traceId, spanId: producer, isRemote: true },
    links: [{ context: { traceId, spanId: producer } }],
    attributes: { 'messaging.destination.name': 'model_events', 'messaging.message.id': 'm-1' },
  });
  expect(span?.spanContext().traceId).toBe(traceId);
  expect(active).toBe(span?.spanContext().spanId);
});

test('a handler that throws ends its span with the error', async () => {
  await handle(traced('m-2'), () => Promise.reject(new Error('the chain did not answer')));
  const [span] = spans.getFinishedSpans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'the chain did not answer' });
  expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
});

test('a message without a trace, or with an invalid one, begins a trace of its own', async () => {
  await handle(message('m-3'), () => undefined);
  await handle(withTrace('m-4', 'none'), () => undefined);
  await handle(withTrace('m-5', `00-${'0'.repeat(32)}-${producer}-01`), () => undefined);
  expect(spans.getFinishedSpans().map(({ parentSpanContext, links }) => [parentSpanContext, links])).toEqual([
    [undefined, []],
    [undefined, []],
    [undefined, []],
  ]);
});
