import { readDeadLetter } from '../../contract/dead-letter';
import { exact, markup } from '../html';
import { indented } from '../indented-json';
import { planForIds } from '../plan';
import { type ConsoleRequest, countIn } from '../request';
import type { Console, Shown } from '../renderer';
import { facts } from '../html-table';
import { amount, number, when } from '../format';

/** Characters of a dead letter that are shown; the rest can be downloaded. */
const mostShown = 200_000;

/** One dead letter as a whole. */
export async function deadLetter(console: Console, request: ConsoleRequest): Promise<Shown> {
  const { renderer, planSignature, ask } = console;
  const { queue = '', id = '' } = request;
  const { text } = await ask({ action: 'dead-letter', queue, id });
  const back = renderer.link('All dead letters of this queue', { view: 'dead-letters', queue });
  if (text === null) {
    return {
      title: `Dead letter ${id}`,
      body: markup`<section>
        <h2>Dead letter <code>${id}</code></h2>
        <p role="alert">It is not in <code>${queue}</code>: it was redriven or discarded meanwhile.</p>
        <p>${back}</p>
      </section>`,
    };
  }
  const reading = readDeadLetter(text);
  const { shown, bundleExclusions } = indented(text, mostShown);
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
              <strong>None of our dead letters.</strong> It can only be discarded. What is wrong with it:
              ${reading.reason}
            </p>`
          : facts([
              ['Error', markup`<code>${reading.deadLetter.error.code}</code>`],
              ['What happened', exact(reading.deadLetter.error.message.slice(0, 5000))],
              ['Failed', when(reading.deadLetter.failed_at)],
              ['Given up by', reading.deadLetter.failed_by],
              ['Queue', markup`<code>${queue}</code>`],
            ])
      }
      <div class="actions">
        <span class="row">
          ${reading.kind !== 'foreign' && renderer.act('Redrive', redrive, 'primary')}
          ${renderer.link('Discard …', { view: 'confirmation', verb: 'discard', scope: 'selected', queue, ids: id, ...near }, 'danger')}
          ${renderer.download('Download its text', queue, id)}
        </span>
      </div>
      <h3 id="text">Its text</h3>
      <p class="quiet">
        ${amount(text.length, 'character')}, as in Redis but for line breaks and indentation. What cannot be seen is
        marked and named.
      </p>
      <pre tabindex="0" role="region" aria-labelledby="text">${exact(shown)}</pre>
      ${bundleExclusions > 0 && markup`<p role="note">The last ${number(bundleExclusions)} characters are left out here.</p>`}
      <p>${back}</p>
    </section>`,
  };
}
