import type { Ask } from '../../contract/operations';
import type { Subscription } from '../../contract/subscriptions';

/** Access to an environment's queues from an operator's machine. */
export interface QueueAccess {
  /** Label for output: `development`, `make local`. */
  readonly place: string;
  /** The services and their queues, from the configuration. */
  readonly subscriptions: readonly Subscription[];
  /** @throws CommandError with a message for the operator */
  readonly ask: Ask;
  close(): void;
}
