import type { ModelReadyMessage } from '../../contract/message';
import { errorOf } from './failure';

/** Runs the handler of a message inside its span. */
export type Trace = <Result>(
  queue: string,
  message: ModelReadyMessage,
  handle: () => Promise<Result>,
) => Promise<Result>;

const untraced: Trace = (_queue, _message, handle) => handle();
const traceParent = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * One span for each handled message by the OpenTelemetry API, a child of the producer's span in `trace_parent` and linked to it.
 * The service registers the SDK; without it the API does nothing. Where `@opentelemetry/api` is not installed nothing is loaded.
 */
export async function loadTrace(): Promise<Trace> {
  const api = await import('@opentelemetry/api').catch((error: unknown) => {
    if (/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  });
  if (api === undefined) return untraced;
  const tracer = api.trace.getTracer('@hokusai/model-events');
  return (queue, message, handle) => {
    const [, traceId, spanId, flags] = traceParent.exec(message.trace_parent ?? '') ?? [];
    const given = {
      traceId: traceId ?? '',
      spanId: spanId ?? '',
      traceFlags: Number(`0x${flags ?? '0'}`),
      isRemote: true,
    };
    const producer = api.isSpanContextValid(given) ? given : undefined;
    const parent = producer === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, producer);
    const options = {
      kind: api.SpanKind.CONSUMER,
      links: producer === undefined ? [] : [{ context: producer }],
      attributes: {
        'messaging.system': 'redis',
        'messaging.operation.type': 'process',
        'messaging.destination.name': queue,
        'messaging.message.id': message.message_id,
        'messaging.message.conversation_id': message.correlation_id,
      },
    };
    return tracer.startActiveSpan(`process ${queue}`, options, parent, async (span) => {
      try {
        return await handle();
      } catch (error) {
        const failure = errorOf(error);
        span.recordException(failure);
        span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure.message });
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
