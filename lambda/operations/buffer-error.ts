/** SQS refused an event; its dead letter stays in Redis. */
export class BufferError extends Error {
  override readonly name = 'BufferError';
}
