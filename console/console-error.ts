import { OperationError } from '../contract/operations';
import { RedisError } from '../queue/errors';

/** A failed request, with a message for the console's user. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';

  constructor(
    message: string,
    /** Name of the fault, as in the health check. */
    readonly fault?: string,
  ) {
    super(message);
  }
}

/** @returns undefined for an unexpected error */
export function consoleErrorOf(error: unknown): ConsoleError | undefined {
  if (error instanceof ConsoleError) return error;
  if (error instanceof RedisError) return new ConsoleError(error.message, error.fault);
  return error instanceof OperationError ? new ConsoleError(error.message) : undefined;
}
