/** The trace that an event belongs to: X-Ray's header on the way to the publisher, W3C's `traceparent` in the message. Pure. */

const xrayHeader = /^Root=1-([0-9a-f]{8})-([0-9a-f]{24})$/;
const spanId = /^Parent=([0-9a-f]{16})$/;

/**
 * `00-<trace id>-<span id>-<flags>` for an X-Ray trace header (`Root=1-…-…;Parent=…;Sampled=1`), as the SQS attribute
 * `AWSTraceHeader` and Lambda's `_X_AMZN_TRACE_ID` have it; undefined for a header without a root or a parent.
 */
export function traceParentOf(header: string | undefined): string | undefined {
  const parts = header?.split(';').map((part) => part.trim()) ?? [];
  const [, seconds, random] = xrayHeader.exec(parts.find((part) => part.startsWith('Root=')) ?? '') ?? [];
  const [, parent] = spanId.exec(parts.find((part) => part.startsWith('Parent=')) ?? '') ?? [];
  if (seconds === undefined || random === undefined || parent === undefined) return undefined;
  return `00-${seconds}${random}-${parent}-${parts.includes('Sampled=1') ? '01' : '00'}`;
}

/** A new trace header for PutEvents, sampled. @param randomHex that many hex digits of randomness */
export function newTraceHeader(randomHex: (digits: number) => string, nowMs = Date.now()): string {
  const seconds = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${seconds}-${randomHex(24)};Parent=${randomHex(16)};Sampled=1`;
}

/** The id under which X-Ray shows the trace of a header. */
export const traceIdOf = (header: string): string => /Root=([^;]*)/.exec(header)?.[1] ?? '';
