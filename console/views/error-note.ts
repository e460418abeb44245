import { markup, type Html } from '../html';
import type { ConsoleError } from '../console-error';

/** What is wrong, by its name, and what to do. */
export function errorNote({ message, fault }: ConsoleError): Html {
  const name = fault === undefined ? 'That cannot be done' : `Redis cannot be used: ${fault}`;
  return markup`<div role="alert" class="error">
    <p><strong>${name}</strong></p>
    <p>${message}</p>
  </div>`;
}
