/** The console as a CloudWatch custom widget: HTML without scripts, whose buttons are CloudWatch actions. */
import { type Content, markup, type Html, trusted } from './html';
import { render, navigation } from './pages';
import { type ConsoleRequest, readRequest } from './request';
import { PlanSignature } from './plan-signature';
import { style } from './style';
import type { Ask } from '../contract/operations';
import type { Console, Look, RenderedView, Renderer } from './renderer';
import { consoleErrorOf } from './console-error';
import { progress } from './views/progress';
import { errorNote } from './views/error-note';
import { runPlan } from './run-plan';

/** Time limit of one button press, ms; the function's timeout is 18 s. */
const pressMs = 5000;

/** CloudWatch's event: the fields of the widget's action, and CloudWatch's context. */
export interface WidgetCall {
  readonly widgetContext: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface WidgetOptions {
  readonly ask: Ask;
  /** Signs the plans; shared by this environment's functions. @throws RedisError if it cannot be read */
  readonly signingKey: () => Promise<string>;
  /** ARN of this function, which the actions call. */
  readonly functionArn: string;
  readonly environment: string;
}

/** CloudWatch displays this to users who edit the widget. */
export const widgetDocumentation = `## Model events console

Displays the queues of every subscription: depths, dead letters, claims and message status. Redrives and discards dead letters and
releases claims. Actions that cannot be undone or that affect several entries require a confirmation.

The widget has no parameters. Viewers need \`lambda:InvokeFunction\` on this function, which permits all of its operations.
`;

export function isWidgetCall(event: unknown): event is WidgetCall {
  const context = (event as { widgetContext?: unknown } | null | undefined)?.widgetContext;
  return typeof context === 'object' && context !== null;
}

/** Caller for the log. CloudWatch passes no identity; CloudTrail records it. */
export function callerOf({ widgetContext: { accountId } }: WidgetCall): string {
  return typeof accountId === 'string' && /^\d{12}$/.test(accountId) ? `console of ${accountId}` : 'console';
}

/** @returns the widget's HTML */
export async function widget(call: WidgetCall, options: WidgetOptions): Promise<string> {
  const renderer = widgetRenderer(options);
  const theme = call.widgetContext['theme'];
  const look = theme === 'dark' || theme === 'light' ? theme : 'auto';
  const body = await bodyOf(requestIn(call), renderer, options);
  // CloudWatch passes the fields of the form. The second text field prevents Enter in the first from submitting it.
  return markup`<div class="model-events ${look}">
    <style>
      ${trusted(style)}
    </style>
    <form>${navigation(renderer, options.environment)}${body}<input type="text" name="unused" hidden /></form>
  </div>`.text;
}

async function bodyOf(request: ConsoleRequest, renderer: Renderer, { ask, signingKey }: WidgetOptions): Promise<Html> {
  try {
    const console: Console = { ask, planSignature: new PlanSignature(await signingKey()), renderer, limitMs: pressMs };
    const { body } = request.view === 'work' ? await press(console, request) : await render(console, request);
    return body;
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    return markup`<section>${errorNote(failure)}</section>`;
  }
}

/** Runs the plan until the time limit. Repeating a press, as a dashboard refresh does, has no further effect. */
async function press(console: Console, request: ConsoleRequest): Promise<RenderedView> {
  let plan = console.planSignature.verify(request.signedPlan ?? '');
  const endMs = Date.now() + pressMs;
  try {
    await runPlan(
      plan,
      console.ask,
      () => Date.now() < endMs,
      (reached) => (plan = reached),
    );
    return progress(console, plan);
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    return progress(console, plan, failure);
  }
}

/** The action's fields, completed by those of its form. */
function requestIn(call: WidgetCall): ConsoleRequest {
  const { widgetContext, ...fields } = call;
  const all = (widgetContext['forms'] as { all?: unknown } | undefined)?.all;
  const typed = typeof all === 'object' && all !== null ? (all as Readonly<Record<string, unknown>>) : {};
  if (fields['form'] === 'fields') return readRequest({ ...fields, ...readRequest(typed), view: fields['view'] });
  if (fields['form'] !== 'boxes') return readRequest(fields);
  const checked = Object.entries(typed).filter(([name, value]) => name.startsWith('id-') && isChecked(value));
  return readRequest({ ...fields, ids: checked.map(([name]) => name.slice(3)).join(',') });
}

/** An unchecked box is missing or has one of these values; a checked one has a value of the browser's. */
const isChecked = (value: unknown): boolean => ![undefined, null, false, '', 'false', 'off'].includes(value as string);

function widgetRenderer({ functionArn, environment }: WidgetOptions): Renderer {
  const cliTarget = `-e ${environment}`;
  const action = (label: Content, fields: Readonly<Record<string, string>>, look: Look = 'link'): Html => {
    const kind = look === 'link' ? 'plain' : look;
    // A button, because a link without href is not reachable by keyboard.
    return markup`<button type="button" class="btn ${kind}">${label}</button><cwdb-action action="call" endpoint="${functionArn}" display="widget">${JSON.stringify(fields)}</cwdb-action>`;
  };
  return {
    link: (label, to, look) => action(label, to, look),
    form: (to, fields, submit) =>
      markup`<div class="fields">${fields}${action(submit, { ...to, form: 'fields' }, 'button')}</div>`,
    checkbox: (id, label, isChecked = false) =>
      markup`<input type="checkbox" name="id-${id}" value="true" aria-label="${label}" ${isChecked && markup` checked`} />`,
    selectionButtons: (buttons) =>
      markup`<span class="row">${buttons.map(({ label, to, look }) => action(label, { ...to, form: 'boxes' }, look))}</span>`,
    act: (label, signedPlan, look = 'button') => action(label, { view: 'work', signedPlan }, look),
    download: (_label, queue, id) => {
      const command = id === undefined ? `dlq list --json --queue ${queue}` : `dlq show ${id} --queue ${queue}`;
      return markup`<span class="quiet">As a file: <code>npx model-events ${command} ${cliTarget}</code></span>`;
    },
    cliTarget,
    continuesAutomatically: false,
  };
}
