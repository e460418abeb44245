import type { Action, Answer, Operation } from '../../contract/operations';

/** The way from an operator's machine to the queues. */
export interface QueueAccess {
  /** Where it leads, for people: `development`, `make local`. */
  readonly place: string;
  /** @throws CommandError with the reason that the operator can do something about */
  ask<A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>>;
  close(): void;
}
