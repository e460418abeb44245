import { type DeadLetter, readDeadLetter } from '../../contract/dead-letter';
import { type Content, exact, markup } from '../html';
import { indented } from '../indented-json';
import { planForIds } from '../plan';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { facts } from '../html-table';
import { deadLetterSummaryOf } from '../../queue/operations/summary';
import { redriveButton } from './redrive-button';
import { messageLink } from './message-cells';
import { amount, number, when } from '../format';

/** Longer dead letters are truncated; the download is complete. */
const maximumCharacters = 200_000;

/** What the consumer has added to the error. */
function detailsOf({ name, stack, attempt, consumer }: DeadLetter['error']): (readonly [string, Content])[] {
  return [
    ...(name === undefined ? [] : [['Error class', exact(name)] as const]),
    ...(stack === undefined || stack.length === 0
      ? []
      : [['Stack', stack.map((frame) => markup`<div>${exact(frame)}</div>`)] as const]),
    ...(attempt === undefined ? [] : [['Attempt', number(attempt)] as const]),
    ...(consumer === undefined ? [] : [['Consumer', exact(consumer)] as const]),
  ];
}

/** One dead letter with its complete text. */
export async function deadLetter(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { renderer, planSignature, ask } = console;
  const { queue = '', id = '' } = request;
  const { text } = await ask({ action: 'dead-letter', queue, id });
  const back = renderer.link('All dead letters of this queue', { view: 'dead-letters', queue });
  if (text === null) {
    return {
      title: `Dead letter ${id}`,
      body: markup`<section>
        <h2>Dead letter <code>${id}</code></h2>
        <p role="alert">Not found in <code>${queue}</code>: it was redriven or discarded.</p>
        <p>${back}</p>
      </section>`,
    };
  }
  const reading = readDeadLetter(text);
  const summary = deadLetterSummaryOf(queue, text, reading);
  const { formatted, omittedCharacters } = indented(text, maximumCharacters);
  const { queues } = await ask({ action: 'depths' });
  const depths = queues.find((each) => each.queue === queue);
  const total = depths === undefined || 'error' in depths ? 0 : depths.dead_letters;
  const place = { near: countIn(request.near), total };
  const until = reading.kind === 'foreign' ? new Date().toISOString() : reading.deadLetter.failed_at;
  const redrive = planSignature.sign(planForIds('redrive', queue, [id], until, place));
  const near = request.near === undefined ? {} : { near: request.near };
  return {
    title: `Dead letter ${id}`,
    body: markup`<section aria-labelledby="letter">
      <h2 id="letter">Dead letter <code>${id}</code></h2>
      ${
        reading.kind === 'foreign'
          ? markup`<p>
              <strong>Not a valid dead letter.</strong> It can only be discarded. Reason: ${reading.reason}
            </p>`
          : facts([
              ['Error', markup`<code>${reading.deadLetter.error.code}</code>`],
              ['Message', exact(reading.deadLetter.error.message.slice(0, 5000))],
              ...detailsOf(reading.deadLetter.error),
              ['Failed at', when(reading.deadLetter.failed_at)],
              ['Dead-lettered by', reading.deadLetter.failed_by],
              ['Queue', markup`<code>${queue}</code>`],
              ['Message timeline', messageLink(console, summary)],
            ])
      }
      <div class="actions">
        <span class="row">
          ${reading.kind !== 'foreign' && redriveButton(console, summary, redrive, { look: 'primary', ...near })}
          ${renderer.link('Discard …', { view: 'confirmation', verb: 'discard', scope: 'selected', queue, ids: id, ...near }, 'danger')}
          ${renderer.download('Download text', queue, id)}
        </span>
      </div>
      <h3 id="text">Text</h3>
      <p class="quiet">
        ${amount(text.length, 'character')}, as in Redis except for line breaks and indentation. Invisible characters are
        marked with their code.
      </p>
      <pre tabindex="0" role="region" aria-labelledby="text">${exact(formatted)}</pre>
      ${omittedCharacters > 0 && markup`<p role="note">The last ${number(omittedCharacters)} characters are omitted here. Download the text to read them.</p>`}
      <p>${back}</p>
    </section>`,
  };
}
