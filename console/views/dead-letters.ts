import { countGroups } from '../../contract/dead-letter-groups';
import { pagesOf } from '../../contract/operation-pages';
import { type DeadLetterSummary, operationsPage } from '../../contract/operations';
import { type Content, markup, type Html } from '../html';
import { newestOf, planForIds } from '../plan';
import { type ConsoleRequest, countIn, filterOf, selectionIn, sinceChoices } from '../request';
import type { Console, RenderedView } from '../renderer';
import { table } from '../html-table';
import { amount, number, short, when } from '../format';
import { redriveButton } from './redrive-button';
import { timelineLink } from './message-cells';
import { paging, selectAll } from './paging';

/** Dead letters that a view counts by error unless it is asked for all: about a quarter of a second. */
const countedLetters = 4000;
/** Errors that are listed, the most frequent ones. */
const listedGroups = 12;

interface Listed {
  readonly entries: readonly DeadLetterSummary[];
  readonly examined: number;
  readonly total: number;
}

/** The dead letters of a queue in pages, newest first. */
export async function deadLetters(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  const queue = request.queue ?? '';
  const offset = countIn(request.offset);
  const filter = filterOf(request);
  const listed = await list(console, request, offset);
  // Counted from the oldest, the position stays valid when newer dead letters arrive.
  const near = Math.max(0, listed.total - offset - listed.examined);
  const here: ConsoleRequest = { view: 'dead-letters', queue, ...filter };
  const filtered = Object.keys(filter).length > 0;
  return {
    title: `Dead letters of ${queue}`,
    body: markup`<section aria-labelledby="letters">
      <h2 id="letters">Dead letters of <code>${queue}</code></h2>
      ${filterForm(console, { view: 'dead-letters', queue }, request)}
      ${
        filtered &&
        markup`<p>
          ${listed.entries.length} of ${listed.examined} examined dead letters match.
          ${console.renderer.link('Show all', { view: 'dead-letters', queue })}
        </p>`
      }
      ${paging(console, here, { offset, examined: listed.examined, total: listed.total, size: operationsPage })}
      ${listed.total > 0 && (await groups(console, here, request))}
      ${listed.entries.length > 0 && selectAll(console, { ...here, offset: String(offset) }, request)}
      ${listed.entries.length > 0 && letterTable(console, queue, listed, { near, isChecked: request.checked === 'page' })}
      ${listed.total > 0 && buttons(console, here, filtered, listed.entries.length > 0, near)}
    </section>`,
  };
}

/** With a filter, reads pages until one has matching entries or the time limit is reached. */
async function list({ ask, limitMs }: Console, request: ConsoleRequest, start: number): Promise<Listed> {
  const endMs = Date.now() + limitMs;
  const queue = request.queue ?? '';
  const select = selectionIn(request);
  let listed: Listed = { entries: [], examined: 0, total: 0 };
  const pageAt = (offset: number) => ask({ action: 'dead-letters', queue, offset, select });
  for await (const { entries, examined, total } of pagesOf(pageAt, start)) {
    listed = { entries, examined: listed.examined + examined, total };
    if (entries.length > 0 || Date.now() > endMs) break;
  }
  return listed;
}

function filterForm({ renderer }: Console, to: ConsoleRequest, { error, model, since }: ConsoleRequest): Html {
  const fields = markup`<label>Error code or part of the message <input name="error" value="${error}" maxlength="200" autocomplete="off"/></label>
    <label>Model id <input name="model" value="${model}" maxlength="256" autocomplete="off" /></label>
    <label>Failed within
      <select name="since">
        <option value="">any time</option>
        ${Object.entries(sinceChoices).map(
          ([value, { label }]) =>
            markup`<option value="${value}" ${since === value && markup` selected`}>${label}</option>`,
        )}
      </select></label>`;
  return renderer.form(to, fields, 'Filter');
}

/** The dead letters of the queue by error, within the filter; each count is a link to those letters. */
async function groups(
  { ask, renderer, limitMs }: Console,
  here: ConsoleRequest,
  request: ConsoleRequest,
): Promise<Html> {
  const endMs = Date.now() + limitMs;
  const isLeft = (examined: number): boolean =>
    request.count === 'all' ? Date.now() < endMs : examined < countedLetters;
  const select = selectionIn(request);
  const counted = await countGroups(ask, here.queue ?? '', select, ({ examined }) => isLeft(examined));
  const { examined, total } = counted;
  const links = counted.groups.slice(0, listedGroups).map(({ error_code: code, count }) => {
    const label = markup`${number(count)} ${code ?? 'not a valid dead letter'}`;
    return code === null ? label : renderer.link(label, { ...here, error: code }, 'button');
  });
  const others = counted.groups.length - links.length;
  return markup`<div class="row">
    <span>By error${examined < total && `, of the newest ${number(examined)} of ${number(total)}`}:</span> ${links}
    ${others > 0 && `and ${amount(others, 'other error')}`}
    ${examined < total && renderer.link(`Count all ${number(total)}`, { ...here, count: 'all' })}
  </div>`;
}

function letterTable(
  console: Console,
  queue: string,
  { entries, total }: Listed,
  { near, isChecked }: { near: number; isChecked: boolean },
): Html {
  const { renderer, planSignature } = console;
  const until = newestOf(entries.map(({ failed_at }) => failed_at));
  const headers = ['~Select', 'Message', 'Model', 'Error', 'Failed', '~Action'];
  const rows = entries.map((letter): Content[] => {
    const name = letter.message_id ?? letter.id;
    const redrive = planSignature.sign(planForIds('redrive', queue, [letter.id], until, { near, total }));
    return [
      renderer.checkbox(letter.id, `Select ${name.slice(0, 128)}`, isChecked),
      renderer.link(short(name), { view: 'dead-letter', queue, id: letter.id, near: String(near) }),
      markup`<span class="id">${short(letter.model_id)}</span>`,
      markup`<code>${letter.error_code ?? 'not a valid dead letter'}</code> <span>${short(letter.error_message)}</span>`,
      markup`${when(letter.failed_at)}
      ${letter.failed_by !== null && markup`<span class="quiet whole aside">by ${letter.failed_by}</span>`}`,
      markup`${
        letter.error_code !== null &&
        redriveButton(console, letter, redrive, { near: String(near), label: name.slice(0, 128) })
      }
      <span class="aside">${timelineLink(console, letter.message_id, markup`Timeline<span class="visually-hidden"> of ${name.slice(0, 128)}</span>`)}</span>`,
    ];
  });
  return table(`Dead letters of ${queue}`, headers, rows, 'letters');
}

function buttons({ renderer }: Console, here: ConsoleRequest, filtered: boolean, any: boolean, near: number): Html {
  const confirm = (verb: string, scope: string): ConsoleRequest => ({ ...here, view: 'confirmation', verb, scope });
  const selected = (verb: string): ConsoleRequest => ({ ...confirm(verb, 'selected'), near: String(near) });
  const all = filtered ? 'all that match' : 'all';
  return markup`<div class="actions">
    ${
      any &&
      renderer.selectionButtons([
        { label: 'Redrive selected …', to: selected('redrive'), look: 'button' },
        { label: 'Discard selected …', to: selected('discard'), look: 'danger' },
      ])
    }
    <span class="row">
      ${renderer.link(`Redrive ${all} …`, confirm('redrive', 'all'), 'button')}
      ${renderer.link(`Discard ${all} …`, confirm('discard', 'all'), 'danger')}
      ${renderer.download('Download all as JSON lines', here.queue ?? '')}
    </span>
  </div>`;
}
