import { type Outcome, outcomeMeanings } from '../../contract/operations';
import { markup } from '../html';
import { doneIn, isDone, type Plan } from '../plan';
import type { ConsoleRequest } from '../request';
import type { Console, RenderedView } from '../renderer';
import type { ConsoleError } from '../console-error';
import { amount, number, verbWords } from '../format';
import { errorNote } from './error-note';

/** Progress or result of a plan. @param failure why it stopped early */
export function progress({ renderer, planSignature }: Console, plan: Plan, failure?: ConsoleError): RenderedView {
  const { queue, verb, total, left, before, results, expected, waitsFor } = plan;
  const { label, noun } = verbWords[verb];
  const done = isDone(plan);
  const examined = Math.max(0, total - left - before);
  const back: ConsoleRequest = { view: verb === 'release' ? 'claims' : 'dead-letters', queue };
  const heading = done ? `${label}: done` : `${label}: ${number(doneIn(results))} of ${number(expected)} …`;
  // Selected entries that were not found.
  const missing = done && plan.select.ids !== undefined ? expected - doneIn(results) : 0;
  const resultCounts = Object.entries({
    ...results,
    ...(missing > 0 ? { 'not-found': missing + (results['not-found'] ?? 0) } : {}),
  }) as [Outcome['result'], number][];
  return {
    title: heading,
    body: markup`<section aria-labelledby="progress">
      <h2 id="progress">${heading}</h2>
      ${failure && errorNote(failure)}
      ${
        !done &&
        waitsFor &&
        markup`<p role="status">
          Waiting for ${waitsFor.caller}, who works on the dead letters of <code>${queue}</code>. It continues when that operator
          has finished, or after ${waitsFor.until} if that program has ended.
        </p>`
      }
      ${
        !done &&
        markup`<p>
          <progress max="${total}" value="${examined}" aria-labelledby="progress"></progress> ${number(examined)} of
          ${number(total)} examined
        </p>`
      }
      ${resultCounts.length === 0 ? done && markup`<p>Nothing to do: no matching entries.</p>` : ''}
      <ul>
        ${resultCounts.map(([result, count]) => markup`<li><strong>${amount(count, noun)}</strong>: ${outcomeMeanings[result]}</li>`)}
      </ul>
      <div class="actions">
        <span class="row">
          ${!done && (failure !== undefined || !renderer.continuesAutomatically) && renderer.act('Continue', planSignature.sign(plan), 'primary')}
          ${renderer.link(verb === 'release' ? 'Back to claims' : 'Back to dead letters', back, 'button')}
        </span>
      </div>
    </section>`,
  };
}
