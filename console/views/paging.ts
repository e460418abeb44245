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
  /** What the first entries are. @default newest */
  readonly order?: 'newest' | 'next';
}

/** The displayed range of a list, with links to its other pages. */
export function paging(
  { renderer }: Console,
  request: ConsoleRequest,
  { offset, examined, total, size, order = 'newest' }: Extent,
): Html {
  const to = (next: number): ConsoleRequest => ({ ...request, offset: String(next) });
  const end = offset + examined;
  return markup`<nav class="paging" aria-label="Pages">
    <span>${examined === 0 ? 'None' : `${number(offset + 1)}–${number(end)}`} of ${number(total)}, the ${order} first</span>
    ${offset > 0 && renderer.link(order === 'newest' ? 'Newest' : 'First', to(0), 'button')}
    ${offset > size && renderer.link(order === 'newest' ? 'Newer' : 'Earlier', to(offset - size), 'button')}
    ${end < total && examined > 0 && renderer.link(order === 'newest' ? 'Older' : 'Later', to(end), 'button')}
    ${end < total && examined > 0 && renderer.link(order === 'newest' ? 'Oldest' : 'Last', to(Math.max(0, total - size)), 'button')}
  </nav>`;
}

/** Checks or clears the check boxes of a page. @param here the page */
export function selectAll({ renderer }: Console, here: ConsoleRequest, { checked }: ConsoleRequest): Html {
  return markup`<p>
    ${checked === 'page' ? renderer.link('Select none', here) : renderer.link('Select all on this page', { ...here, checked: 'page' })}
  </p>`;
}
