import { type Outcome, outcomeMeanings } from '../../contract/operations';
import { markup } from '../html';
import { doneIn, isDone, type Plan } from '../plan';
import type { ConsoleRequest } from '../request';
import type { Console, Shown } from '../renderer';
import type { ConsoleError } from '../console-error';
import { amount, number, verbWords } from '../format';
import { errorNote } from './error-note';

/** How far work is, or how it ended. @param failure why it stopped on its way */
export function progress({ renderer, planSignature }: Console, plan: Plan, failure?: ConsoleError): Shown {
  const { queue, verb, total, left, before, results, expected } = plan;
  const { label, noun } = verbWords[verb];
  const done = isDone(plan);
  const looked = Math.max(0, total - left - before);
  const back: ConsoleRequest = { view: verb === 'release' ? 'claims' : 'dead-letters', queue };
  const heading = done ? `${label}: done` : `${label}: ${number(doneIn(results))} of ${number(expected)} …`;
  // What was named and never met.
  const gone = done && plan.select.ids !== undefined ? expected - doneIn(results) : 0;
  const ends = Object.entries({
    ...results,
    ...(gone > 0 ? { 'not-found': gone + (results['not-found'] ?? 0) } : {}),
  }) as [Outcome['result'], number][];
  return {
    title: heading,
    body: markup`<section aria-labelledby="progress">
      <h2 id="progress">${heading}</h2>
      ${failure && errorNote(failure)}
      ${
        !done &&
        markup`<p>
          <progress max="${total}" value="${looked}" aria-labelledby="progress"></progress> ${number(looked)} of
          ${number(total)} looked at
        </p>`
      }
      ${ends.length === 0 ? done && markup`<p>Nothing was done: what was meant is gone.</p>` : ''}
      <ul>
        ${ends.map(([result, count]) => markup`<li><strong>${amount(count, noun)}</strong>: ${outcomeMeanings[result]}</li>`)}
      </ul>
      <div class="actions">
        <span class="row">
          ${!done && (failure !== undefined || !renderer.goesOnByItself) && renderer.act('Continue', planSignature.sign(plan), 'primary')}
          ${renderer.link(verb === 'release' ? 'To the claims' : 'To the dead letters', back, 'button')}
        </span>
      </div>
    </section>`,
  };
}
