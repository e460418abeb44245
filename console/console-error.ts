import { OperationError } from '../contract/operations';
import { RedisError } from '../queue/errors';

/** Why something cannot be shown or done, in a sentence for the person who asked. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';

  constructor(
    message: string,
    /** The fault's name, as the health check has it. */
    readonly fault?: string,
  ) {
    super(message);
  }
}

/** @returns undefined for what nobody foresaw */
export function consoleErrorOf(error: unknown): ConsoleError | undefined {
  if (error instanceof ConsoleError) return error;
  if (error instanceof RedisError) return new ConsoleError(error.message, error.fault);
  return error instanceof OperationError ? new ConsoleError(error.message) : undefined;
}
