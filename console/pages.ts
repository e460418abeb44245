/** From a request to what is shown. */
import { markup, type Html } from './html';
import type { ConsoleRequest } from './request';
import type { Console, Shown, Renderer } from './renderer';
import { consoleErrorOf } from './console-error';
import { claims } from './views/claims';
import { confirmation } from './views/confirmation';
import { deadLetter } from './views/dead-letter';
import { deadLetters } from './views/dead-letters';
import { overview } from './views/overview';
import { errorNote } from './views/error-note';
import { messageStatus } from './views/message-status';

/** Shows what a request asks for, which changes nothing; where it cannot be shown, why. */
export async function render(console: Console, request: ConsoleRequest): Promise<Shown> {
  try {
    return await view(console, request);
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    const again = console.renderer.link('Try again', request, 'button');
    return {
      title: 'Not possible',
      body: markup`<section>
        ${errorNote(failure)}
        <p>${again}</p>
      </section>`,
    };
  }
}

/** The way to the overview, above every view. */
export function navigation(renderer: Renderer): Html {
  return markup`<nav class="top" aria-label="Console">${renderer.link('Overview', { view: 'overview' })}</nav>`;
}

function view(console: Console, request: ConsoleRequest): Promise<Shown> {
  switch (request.view) {
    // Work is done by whoever serves this; its own view follows it.
    case 'work':
    case 'overview':
      return overview(console);
    case 'dead-letters':
      return deadLetters(console, request);
    case 'dead-letter':
      return deadLetter(console, request);
    case 'claims':
      return claims(console, request);
    case 'message-status':
      return messageStatus(console, request);
    case 'confirmation':
      return confirmation(console, request);
  }
}
