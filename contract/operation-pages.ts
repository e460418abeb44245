/** Reading and processing lists that are longer than one answer of the operations function: the CLI and the console share this. */
import { type Ask, operationsPage, type Outcome, type Page, type Selection } from './operations';

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
  /** Entries not examined yet. Dead letters that arrive later are behind them. */
  readonly left: number;
  /** Examined entries that stay, at the old end of the list. */
  readonly kept: number;
}

/** Redrives or discards the selected dead letters of the next page. */
export async function settleNextPage(
  ask: Ask,
  action: 'redrive' | 'discard',
  queue: string,
  select: Selection,
  { left, kept }: DeadLetterPass,
): Promise<DeadLetterPass & { readonly outcomes: readonly Outcome[] }> {
  const examine = Math.min(operationsPage, left);
  const page = await ask({ action, queue, select, kept, examine });
  // The list can be shorter than it was: another client may have removed entries.
  return { outcomes: page.outcomes, kept: page.kept, left: page.examined < examine ? 0 : left - examine };
}
