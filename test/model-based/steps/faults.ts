import fc from 'fast-check';

/** What happens to a command and its caller. */
export type Fault =
  | 'none'
  /** The command ran; its caller does not learn it. */
  | 'reply lost'
  /** The command ran twice; the caller gets the second answer. */
  | 'sent twice'
  /** The command ran; its caller is gone, with all it knew. */
  | 'crash after it';

/** Mostly none. */
export const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 7, arbitrary: fc.constant('none' as const) },
  { weight: 3, arbitrary: fc.constantFrom('reply lost' as const, 'sent twice' as const, 'crash after it' as const) },
);

/** Runs an operation under a fault. @returns its answer; nothing where the caller never gets it. */
export async function under<Answer>(fault: Fault, operation: () => Promise<Answer>): Promise<Answer | undefined> {
  const answer = await operation();
  if (fault === 'none') return answer;
  return fault === 'sent twice' ? operation() : undefined;
}

/** A fault as the scenario shows it. */
export function shownFault(fault: Fault): string {
  return fault === 'none' ? '' : ` (${fault})`;
}

/** An answer as the scenario shows it; nothing where the caller never gets it. */
export function shownAnswer(fault: Fault, answer: string | number | undefined): string {
  return fault === 'none' || fault === 'sent twice' ? `→ ${answer}` : '';
}

/** One of a list, counted round; nothing of an empty one. */
export function picked<Item>(list: readonly Item[], index: number): Item | undefined {
  return list[index % list.length];
}

/** An index for `picked`; small ones first when a scenario is shrunk. */
export const anyIndex = fc.nat(7);
