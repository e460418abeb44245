/** Reading and processing lists that are longer than one answer of the operations function: the CLI and the console share this. */
import { type Ask, operationsPage, type Outcome, type Page, type Selection, type WaitsFor } from './operations';

/** The pages of a list, beginning at `offset`. */
export async function* pagesOf<Entry>(
  pageAt: (offset: number) => Promise<Page<Entry>>,
  offset = 0,
): AsyncGenerator<Page<Entry>, void> {
  for (let at = offset; ; at += operationsPage) {
    const page = await pageAt(at);
    yield page;
    if (page.examined < operationsPage) return;
  }
}

/** Position in one pass over a queue's dead letters, from the oldest to the newest that existed when the pass began. */
export interface DeadLetterPass {
  /** Identifies the pass: while it has its turn, the passes of other operators wait. */
  readonly nonce: string;
  /** True after the first page. */
  readonly begun: boolean;
  /** Entries not examined yet. Dead letters that arrive later are behind them. */
  readonly left: number;
  /** Examined entries that stay, at the old end of the list. */
  readonly kept: number;
  /** Entries before the start position, if the pass starts further in: examined last. */
  readonly before: number;
  /** The operator whose turn the pass waits for. */
  readonly waitsFor?: WaitsFor | undefined;
}

/** A pass that has not begun. @param near where it starts, counted from the oldest of `total` entries */
export function newPass(nonce: string, total: number, near = 0): DeadLetterPass {
  const before = Math.min(near, total);
  return { nonce, begun: false, left: total - before, kept: before, before };
}

/** True if every entry is examined. */
export const isExamined = ({ left, before }: DeadLetterPass): boolean => left === 0 && before === 0;

/** Redrives or discards the selected dead letters of the next page. @returns the position after it, and the outcomes */
export async function settleNextPage(
  ask: Ask,
  action: 'redrive' | 'discard',
  queue: string,
  select: Selection,
  pass: DeadLetterPass,
): Promise<DeadLetterPass & { readonly outcomes: readonly Outcome[] }> {
  const { nonce, begun } = pass;
  const { left, kept, before } = pass.left === 0 ? { left: pass.before, kept: 0, before: 0 } : pass;
  const page = await ask({ action, queue, select, pass: nonce, kept, examine: left });
  const { outcomes, examined, total, waitsFor } = page;
  // Another operator has changed the list since the last page, so `kept` was wrong: examine everything again.
  if (begun && !page.resumed) return { nonce, begun, left: total, kept: 0, before: 0, waitsFor, outcomes };
  // The list can be shorter than it was: another operator may have removed entries before the pass began.
  const rest = Math.min(left - examined, Math.max(0, total - page.kept));
  return { nonce, begun: begun || examined > 0, left: rest, kept: page.kept, before, waitsFor, outcomes };
}
