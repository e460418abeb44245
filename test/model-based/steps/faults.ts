import fc from 'fast-check';

/** A fault of a command or its caller. */
export type Fault =
  | 'none'
  /** The command ran; the caller gets no reply. */
  | 'reply lost'
  /** The command ran twice; the caller gets the second reply. */
  | 'sent twice'
  /** The command ran; the caller crashed and lost its state. */
  | 'crash after it';

/** Mostly none. */
export const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 7, arbitrary: fc.constant('none' as const) },
  { weight: 3, arbitrary: fc.constantFrom('reply lost' as const, 'sent twice' as const, 'crash after it' as const) },
);

/** Runs an operation under a fault. @returns its reply; undefined where the caller gets none. */
export async function under<Answer>(fault: Fault, operation: () => Promise<Answer>): Promise<Answer | undefined> {
  const answer = await operation();
  if (fault === 'none') return answer;
  return fault === 'sent twice' ? operation() : undefined;
}

/** A fault in the log of a scenario. */
export function formatFault(fault: Fault): string {
  return fault === 'none' ? '' : ` (${fault})`;
}

/** A reply in the log of a scenario; empty where the caller gets none. */
export function formatAnswer(fault: Fault, answer: string | number | undefined): string {
  return fault === 'none' || fault === 'sent twice' ? `→ ${answer}` : '';
}

/** The item at this index modulo the length; undefined for an empty list. */
export function picked<Item>(list: readonly Item[], index: number): Item | undefined {
  return list[index % list.length];
}

/** An index for `picked`; small ones first when a scenario is shrunk. */
export const anyIndex = fc.nat(7);
