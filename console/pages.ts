/** The console's views by name. A new view needs a name in `request.ts` and an entry in {@link views}. */
import { markup, type Html } from './html';
import type { ConsoleRequest, ViewName } from './request';
import type { Console, RenderedView, Renderer } from './renderer';
import { consoleErrorOf } from './console-error';
import { claims } from './views/claims';
import { confirmation } from './views/confirmation';
import { deadLetter } from './views/dead-letter';
import { deadLetters } from './views/dead-letters';
import { overview } from './views/overview';
import { queued } from './views/queued';
import { errorNote } from './views/error-note';
import { messageStatus } from './views/message-status';

type View = (console: Console, request: ConsoleRequest) => Promise<RenderedView>;

const views: Readonly<Record<ViewName, View>> = {
  overview,
  queued,
  'dead-letters': deadLetters,
  'dead-letter': deadLetter,
  claims,
  'message-status': messageStatus,
  confirmation,
  // The server or widget executes the plan and renders its progress; without a plan this is the overview.
  work: overview,
};

/** Renders the view of a request, or the error. Rendering changes nothing in the queues. */
export async function render(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  try {
    const { title, body } = await views[request.view](console, request);
    if (request.view === 'confirmation') return { title, body };
    const here: ConsoleRequest = request.view === 'work' ? { view: 'overview' } : request;
    const time = new Date().toISOString();
    return {
      title,
      body: markup`<p class="quiet as-of">
          As of <time datetime="${time}">${time.slice(11, 19)} UTC</time> ${console.renderer.link('Refresh', here)}
        </p>
        ${body}`,
    };
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    const again = console.renderer.link('Try again', request, 'button');
    return {
      title: 'Request failed',
      body: markup`<section>
        ${errorNote(failure)}
        <p>${again}</p>
      </section>`,
    };
  }
}

/** The environment and the link to the overview, above every view. */
export function navigation(renderer: Renderer, environment: string): Html {
  return markup`<nav class="top" aria-label="Console">
    <strong>${environment}</strong> ${renderer.link('Overview', { view: 'overview' })}
  </nav>`;
}
