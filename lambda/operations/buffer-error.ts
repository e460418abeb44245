/** SQS did not take an event; its dead letter stays where it is. */
export class BufferError extends Error {
  override readonly name = 'BufferError';
}
