import { markup, type Html } from '../html';
import type { Trouble } from '../trouble';

/** What is wrong, by its name, and what to do. */
export function troubleNote({ message, fault }: Trouble): Html {
  const name = fault === undefined ? 'That cannot be done' : `Redis cannot be used: ${fault}`;
  return markup`<div role="alert" class="trouble">
    <p><strong>${name}</strong></p>
    <p>${message}</p>
  </div>`;
}
