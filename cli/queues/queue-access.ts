import type { Ask } from '../../contract/operations';

/** Access to an environment's queues from an operator's machine. */
export interface QueueAccess {
  /** Label for output: `development`, `make local`. */
  readonly place: string;
  /** @throws CommandError with a message for the operator */
  readonly ask: Ask;
  close(): void;
}
