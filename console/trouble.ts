import { OperationError } from '../contract/operations';
import { RedisError } from '../queue/errors';

/** Why something cannot be shown or done, in a sentence for the person who asked. */
export class Trouble extends Error {
  override readonly name = 'Trouble';

  constructor(
    message: string,
    /** The fault's name, as the health check has it. */
    readonly fault?: string,
  ) {
    super(message);
  }
}

/** @returns undefined for what nobody foresaw */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof Trouble) return error;
  if (error instanceof RedisError) return new Trouble(error.message, error.fault);
  return error instanceof OperationError ? new Trouble(error.message) : undefined;
}
