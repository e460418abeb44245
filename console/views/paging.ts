import { markup, type Html } from '../html';
import type { ConsoleRequest } from '../request';
import type { Console } from '../renderer';
import { number } from '../format';

export interface Extent {
  readonly offset: number;
  readonly examined: number;
  readonly total: number;
  /** Entries of one page. */
  readonly size: number;
}

/** The displayed range of a list, with links to its other pages. */
export function paging(
  { renderer }: Console,
  request: ConsoleRequest,
  { offset, examined, total, size }: Extent,
): Html {
  const to = (next: number): ConsoleRequest => ({ ...request, offset: String(next) });
  const end = offset + examined;
  return markup`<nav class="paging" aria-label="Pages">
    <span>${examined === 0 ? 'None' : `${number(offset + 1)}–${number(end)}`} of ${number(total)}, the newest first</span>
    ${offset > 0 && renderer.link('Newest', to(0), 'button')}
    ${offset > size && renderer.link('Newer', to(offset - size), 'button')}
    ${end < total && examined > 0 && renderer.link('Older', to(end), 'button')}
    ${end < total && examined > 0 && renderer.link('Oldest', to(Math.max(0, total - size)), 'button')}
  </nav>`;
}
