import { markup } from '../html';
import type { Plan } from '../plan';
import { planFor } from '../make-plan';
import { type ConsoleRequest, filterOf, verbIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { facts } from '../html-table';
import { ConsoleError } from '../console-error';
import { amount, verbWords } from '../format';

/** Asks the user to confirm an action, with the number of entries. Only this view issues its signed plan. */
export async function confirmation(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { renderer, planSignature } = console;
  const verb = verbIn(request);
  if (verb === undefined) throw new ConsoleError('verb must be redrive, discard or release');
  const plan = await planFor(console, request, verb);
  const { label, noun, effect } = verbWords[verb];
  const queue = request.queue ?? '';
  const back: ConsoleRequest = { view: verb === 'release' ? 'claims' : 'dead-letters', queue, ...filterOf(request) };
  const many = `${plan.counted ? '' : 'at least '}${amount(plan.expected, noun)}`;
  const conditions = [
    ['Error code or part of the message', request.error],
    ['Model id', request.model],
    ['Failed within', request.since],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    title: `${label}?`,
    body: markup`<section aria-labelledby="question" class="question">
      <h2 id="question">${label} ${many} of <code>${queue}</code>?</h2>
      <p>${effect}</p>
      ${conditions.length > 0 && plan.select.ids === undefined && facts(conditions)}
      <p>${boundary(plan)}</p>
      <div class="actions">
        <span class="row">
          ${plan.expected > 0 && renderer.act(`${label} ${many}`, planSignature.sign(plan), verb === 'discard' ? 'danger' : 'primary')}
          ${renderer.link('Cancel', back, 'button')}
        </span>
      </div>
    </section>`,
  };
}

function boundary({ verb, until, select, counted }: Plan): string {
  const later = verb === 'release' ? 'Claims taken' : 'Dead letters that failed';
  if (select.ids !== undefined) return 'Only the selected entries are affected.';
  const more = counted ? '' : 'The list is too long to count completely: more entries may match. ';
  return `${more}${later} after ${until} are not affected.`;
}
