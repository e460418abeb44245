/** The console as a CloudWatch custom widget: no script, no page of its own; its buttons are CloudWatch's actions. */
import { type Content, markup, type Html, trusted } from './html';
import { render, navigation } from './pages';
import { type ConsoleRequest, readRequest } from './request';
import { PlanSignature } from './plan-signature';
import { style } from './style';
import type { Ask } from '../contract/operations';
import type { Console, Look, Shown, Renderer } from './renderer';
import { consoleErrorOf } from './console-error';
import { progress } from './views/progress';
import { errorNote } from './views/error-note';
import { runPlan } from './run-plan';

/** How long one press works or looks, ms: the function itself has 18 s. */
const pressMs = 5000;

/** A call by CloudWatch, with what the widget's action carries and what CloudWatch adds. */
export interface WidgetCall {
  readonly widgetContext: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface WidgetOptions {
  readonly ask: Ask;
  /** Known to the functions of this environment only. @throws RedisError where it cannot be read */
  readonly sealKey: () => Promise<string>;
  /** The function that the actions call: this one. */
  readonly functionArn: string;
}

/** What CloudWatch shows to whoever edits the widget. */
export const widgetDocumentation = `## Model events console

Looks into the queues of every subscription: depths, dead letters, claims, where a message is. Redrives and discards dead letters,
releases claims; what cannot be taken back, and what is for more than one, asks first.

It takes no parameters. Whoever looks at it needs \`lambda:InvokeFunction\` on this function, and can then do all that it can.
`;

export function isWidgetCall(event: unknown): event is WidgetCall {
  const context = (event as { widgetContext?: unknown } | null | undefined)?.widgetContext;
  return typeof context === 'object' && context !== null;
}

/** For the log: CloudWatch does not say who looks; CloudTrail does. */
export function callerOf({ widgetContext: { accountId } }: WidgetCall): string {
  return typeof accountId === 'string' && /^\d{12}$/.test(accountId) ? `console of ${accountId}` : 'console';
}

/** @returns the widget's HTML */
export async function widget(call: WidgetCall, options: WidgetOptions): Promise<string> {
  const renderer = surfaceOf(options.functionArn);
  const theme = call.widgetContext['theme'];
  const look = theme === 'dark' || theme === 'light' ? theme : 'auto';
  const body = await bodyOf(requestIn(call), renderer, options);
  // One form around all: CloudWatch brings its fields. The second text field is there so that Enter in the first does not send it.
  return markup`<div class="model-events ${look}">
    <style>
      ${trusted(style)}
    </style>
    <form>${navigation(renderer)}${body}<input type="text" name="unused" hidden /></form>
  </div>`.text;
}

async function bodyOf(request: ConsoleRequest, renderer: Renderer, { ask, sealKey }: WidgetOptions): Promise<Html> {
  try {
    const console: Console = { ask, planSignature: new PlanSignature(await sealKey()), renderer, limitMs: pressMs };
    const { body } = request.view === 'work' ? await press(console, request) : await render(console, request);
    return body;
  } catch (error) {
    const failure = consoleErrorOf(error);
    if (failure === undefined) throw error;
    return markup`<section>${errorNote(failure)}</section>`;
  }
}

/** Works for some seconds. A press that comes twice, or after a refresh, does nothing twice. */
async function press(console: Console, request: ConsoleRequest): Promise<Shown> {
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

/** What the action says, completed by the fields of the form that it belongs to. */
function requestIn(call: WidgetCall): ConsoleRequest {
  const { widgetContext, ...said } = call;
  const all = (widgetContext['forms'] as { all?: unknown } | undefined)?.all;
  const typed = typeof all === 'object' && all !== null ? (all as Readonly<Record<string, unknown>>) : {};
  if (said['form'] === 'fields') return readRequest({ ...said, ...readRequest(typed), view: said['view'] });
  if (said['form'] !== 'boxes') return readRequest(said);
  const ticked = Object.entries(typed).filter(([name, value]) => name.startsWith('id-') && isTicked(value));
  return readRequest({ ...said, ids: ticked.map(([name]) => name.slice(3)).join(',') });
}

/** A box that is not ticked may be missing or say so; what a ticked one says is the browser's. */
const isTicked = (value: unknown): boolean => ![undefined, null, false, '', 'false', 'off'].includes(value as string);

function surfaceOf(functionArn: string): Renderer {
  const action = (label: Content, said: Readonly<Record<string, string>>, look: Look = 'link'): Html => {
    const kind = look === 'link' ? 'plain' : look;
    // A button and not a link: a link that leads nowhere cannot be reached with the keyboard.
    return markup`<button type="button" class="btn ${kind}">${label}</button><cwdb-action action="call" endpoint="${functionArn}" display="widget">${JSON.stringify(said)}</cwdb-action>`;
  };
  return {
    link: (label, to, look) => action(label, to, look),
    form: (to, fields, submit) =>
      markup`<div class="fields">${fields}${action(submit, { ...to, form: 'fields' }, 'button')}</div>`,
    checkbox: (id, label) => markup`<input type="checkbox" name="id-${id}" value="true" aria-label="${label}" />`,
    chosen: (buttons) =>
      markup`<span class="row">${buttons.map(({ label, to, look }) => action(label, { ...to, form: 'boxes' }, look))}</span>`,
    act: (label, signedPlan, look = 'button') => action(label, { view: 'work', signedPlan }, look),
    download: (_label, queue, id) => {
      const command = id === undefined ? `dlq list --json --queue ${queue}` : `dlq show ${id} --queue ${queue}`;
      return markup`<span class="quiet">As a file: <code>npx model-events ${command}</code></span>`;
    },
    goesOnByItself: false,
  };
}
