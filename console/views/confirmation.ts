import { lettersIn } from '../../contract/dead-letter-groups';
import type { ClaimSummary, DeadLetterGroup, DeadLetterSummary } from '../../contract/operations';
import { hopelessIn } from '../../contract/redrive-obstacle';
import { type Content, markup, type Html } from '../html';
import { table } from '../html-table';
import type { Plan } from '../plan';
import { planFor } from '../make-plan';
import { type ConsoleRequest, filterOf, verbIn } from '../request';
import type { Console, RenderedView } from '../renderer';
import { facts } from '../html-table';
import { ConsoleError } from '../console-error';
import { amount, number, short, verbWords, when } from '../format';
import { messageLink, modelCell } from './message-cells';

/** Entries that the view lists of an action on all. */
const listedEntries = 20;

/**
 * Asks the user to confirm an action: the number of entries, which ones they are, and which of them a redrive does not help. Only
 * this view issues its signed plan.
 */
export async function confirmation(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const { renderer, planSignature } = console;
  const verb = verbIn(request);
  if (verb === undefined) throw new ConsoleError('verb must be redrive, discard or release');
  const { plan, entries, groups } = await planFor(console, request, verb);
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
        ${verb === 'redrive' && warning(groups, plan)}
        <p>${boundary(plan)}</p>
        <div class="actions">
          <span class="row">
            ${plan.expected > 0 && renderer.act(`${label} ${many}`, planSignature.sign(plan), verb === 'discard' ? 'danger' : 'primary')}
            ${renderer.link('Cancel', back, 'button')}
          </span>
        </div>
      </section>
      ${affected(console, plan, entries, groups)}`,
  };
}

/** The dead letters that are redriven in vain, and what to do instead. */
function warning(groups: readonly DeadLetterGroup[], { expected }: Plan): Html | false {
  const hopeless = hopelessIn(groups);
  if (hopeless.length === 0) return false;
  const count = lettersIn(hopeless);
  return markup`<div role="alert">
    <p><span class="status warn">! WARNING</span> <strong>${lettersIn(groups) < expected && 'At least '}${amount(count, 'dead letter')} cannot succeed:</strong></p>
    <ul>
      ${hopeless.map(({ obstacle, ...group }) => markup`<li>${countOf(group)}: ${obstacle}</li>`)}
    </ul>
  </div>`;
}

const countOf = ({ count, error_code: code }: DeadLetterGroup): Html =>
  markup`${number(count)} <code>${code ?? 'not a valid dead letter'}</code>`;

function affected(
  console: Console,
  plan: Plan,
  entries: readonly (DeadLetterSummary | ClaimSummary)[],
  groups: readonly DeadLetterGroup[],
): Html | false {
  if (entries.length === 0) return false;
  const listed = plan.select.ids === undefined ? entries.slice(0, listedEntries) : entries;
  const counted = lettersIn(groups);
  const [of, total] = [number(listed.length), number(plan.expected)];
  const extent =
    plan.select.ids === undefined ? `, the newest ${of} of ${total}` : `: ${of} of ${total}; the others are gone`;
  const [what, time] = plan.verb === 'release' ? ['Holder', 'Claimed'] : ['Error', 'Failed'];
  const rows = listed.map((each): Content[] => [
    messageLink(console, each),
    modelCell(each),
    'error_message' in each
      ? markup`<code>${each.error_code ?? 'not a valid dead letter'}</code> ${short(each.error_message)}`
      : short(each.consumer),
    when('error_message' in each ? each.failed_at : each.claimed_at),
  ]);
  return markup`<section aria-labelledby="affected">
    <h3 id="affected">Affected${listed.length < plan.expected && extent}</h3>
    ${groups.length > 0 && markup`<p>By error${counted < plan.expected && `, of the newest ${number(counted)}`}: ${groups.slice(0, listedEntries).map((group, index) => markup`${index > 0 && ', '}${countOf(group)}`)}</p>`}
    ${table('Affected entries', ['Message', 'Model', what, time], rows)}
  </section>`;
}

function boundary({ verb, until, select, counted }: Plan): string {
  const later = verb === 'release' ? 'Claims taken' : 'Dead letters that failed';
  if (select.ids !== undefined) return 'Only the selected entries are affected.';
  const more = counted ? '' : 'The list is too long to count completely: more entries may match. ';
  return `${more}${later} after ${until} are not affected.`;
}
