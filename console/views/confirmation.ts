import { markup } from '../html';
import type { Plan } from '../plan';
import { planFor } from '../make-plan';
import { type ConsoleRequest, filterOf, verbIn } from '../request';
import type { Console, Shown } from '../renderer';
import { facts } from '../html-table';
import { ConsoleError } from '../console-error';
import { amount, verbWords } from '../format';

/** Asks whether what was chosen should be done, with the count; only from here it can be. */
export async function confirmation(console: Console, request: ConsoleRequest): Promise<Shown> {
  const { renderer, planSignature } = console;
  const verb = verbIn(request);
  if (verb === undefined) throw new ConsoleError('what should be done must be one of redrive, discard, release');
  const plan = await planFor(console, request, verb);
  const { label, noun, means } = verbWords[verb];
  const queue = request.queue ?? '';
  const back: ConsoleRequest = { view: verb === 'release' ? 'claims' : 'dead-letters', queue, ...filterOf(request) };
  const many = `${plan.counted ? '' : 'at least '}${amount(plan.expected, noun)}`;
  const conditions = [
    ['Error code, or part of the message', request.error],
    ['Model id', request.model],
    ['Failed within', request.since],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    title: `${label}?`,
    body: markup`<section aria-labelledby="question" class="question">
      <h2 id="question">${label} ${many} of <code>${queue}</code>?</h2>
      <p>${means}</p>
      ${conditions.length > 0 && plan.select.ids === undefined && facts(conditions)}
      <p>${boundary(plan)}</p>
      <div class="actions">
        <span class="row">
          ${plan.expected > 0 && renderer.act(`${label} ${many}`, planSignature.sign(plan), verb === 'discard' ? 'danger' : 'primary')}
          ${renderer.link('No, back to the list', back, 'button')}
        </span>
      </div>
    </section>`,
  };
}

function boundary({ verb, until, select, counted }: Plan): string {
  const later = verb === 'release' ? 'Claims taken' : 'Dead letters that failed';
  if (select.ids !== undefined) return 'Only those that you chose.';
  const more = counted ? '' : 'The list was too long to be counted through: there may be more. ';
  return `${more}${later} after ${until} are not touched.`;
}
