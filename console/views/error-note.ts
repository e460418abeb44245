import { markup, type Html } from '../html';
import type { ConsoleError } from '../console-error';

/** The fault's name, and the message with what to do. */
export function errorNote({ message, fault }: ConsoleError): Html {
  const name = fault === undefined ? 'The request failed' : `Redis cannot be used: ${fault}`;
  return markup`<div role="alert" class="error">
    <p><strong>${name}</strong></p>
    <p>${message}</p>
  </div>`;
}
