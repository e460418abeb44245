/** The console's page for `make local`: what its port answers to a browser. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { markup } from '../../console/html';
import { isDone } from '../../console/plan';
import { navigation, render } from '../../console/pages';
import { readRequest } from '../../console/request';
import { PlanSignature } from '../../console/plan-signature';
import type { Console } from '../../console/renderer';
import type { Ask } from '../../contract/operations';
import { ConsoleError, consoleErrorOf } from '../../console/console-error';
import { progress } from '../../console/views/progress';
import { errorNote } from '../../console/views/error-note';
import type { AnswerHealth } from './health-endpoints';
import { downloadHeaders, writeDeadLetters } from './console-download';
import { guardHeaders, isOwnForm, isOwnHost } from './console-guard';
import { ConsoleJobs } from './console-jobs';
import { type Frame, page, pageStyle, pageSurface, paths } from './console-page';
import { ModelQueue } from '../../queue/model-queue';
import type { RedisSession } from '../../queue/session';

/** A form of ours is far smaller. */
const maximumFormBytes = 32 * 1024;
/** So long a press waits for its work to end, before the page shows how far it is. */
const patienceMs = 1000;
/** So long a view looks through lists. */
const limitMs = 20_000;
const refreshSeconds = 1;

export interface ConsoleServerOptions {
  readonly ask: Ask;
  /** For downloads. */
  readonly session: RedisSession;
  /** Called before the page's own paths. @default none */
  readonly health?: AnswerHealth;
}

export interface ConsoleServer {
  readonly listener: RequestListener;
  /** Ends the work that is under way, after what it is just doing. */
  stop(): Promise<void>;
}

/** An answer that needs no view. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function consoleServer({ ask, session, health }: ConsoleServerOptions): ConsoleServer {
  // Anew at each start: what an earlier one offered is not taken.
  const token = randomBytes(32).toString('base64url');
  const view: Console = {
    ask,
    renderer: pageSurface(token),
    planSignature: new PlanSignature(randomBytes(32)),
    limitMs,
  };
  const jobs = new ConsoleJobs(ask, (error) => console.error(error));

  const get = async (url: URL, response: ServerResponse): Promise<void> => {
    const { searchParams: asked } = url;
    if (url.pathname === paths.view) {
      const fields = { ...Object.fromEntries(asked), ids: asked.getAll('ids').join(',') };
      send(response, 200, view, await render(view, readRequest(fields)));
    } else if (url.pathname === paths.style) {
      response.writeHead(200, { ...guardHeaders, 'content-type': 'text/css; charset=utf-8' }).end(pageStyle);
    } else if (url.pathname === paths.job) showJob(asked.get('id') ?? '', response);
    else if (url.pathname === paths.download) await download(asked.get('queue') ?? '', asked.get('id'), response);
    else throw new Refusal(404, 'there is nothing at this address; the overview leads to all that there is');
  };

  const showJob = (id: string, response: ServerResponse): void => {
    const job = jobs.find(id);
    if (job === undefined)
      throw new Refusal(404, 'nothing is known of this work: `make local` was started anew, or it ended long ago');
    const stopped =
      job.failure ?? (job.running || isDone(job.plan) ? undefined : new ConsoleError('it was stopped on its way'));
    const shown = progress(view, job.plan, stopped);
    send(response, 200, view, { ...shown, ...(job.running ? { refreshSeconds } : {}) });
  };

  const download = async (queue: string, id: string | null, response: ServerResponse): Promise<void> => {
    // The first question also finds out whether there is such a queue, and Redis.
    if (id === null) {
      await ask({ action: 'dead-letters', queue, offset: 0, select: {} });
      response.writeHead(200, { ...guardHeaders, ...downloadHeaders(`${queue}-dead-letters`, 'lines') });
      await writeDeadLetters(session, new ModelQueue(queue), response);
      return;
    }
    const { text } = await ask({ action: 'dead-letter', queue, id });
    if (text === null)
      throw new Refusal(404, `dead letter ${id} is not in ${queue}: it was redriven or discarded meanwhile`);
    response.writeHead(200, { ...guardHeaders, ...downloadHeaders(`${queue}-${id}`, 'json') }).end(text);
  };

  const post = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (url.pathname !== paths.work) throw new Refusal(404, 'there is nothing at this address');
    const form = new URLSearchParams(await formText(request));
    if (!isOwnForm(request.headers, form.get('token'), token)) {
      throw new Refusal(403, 'this was not sent by a page of this `make local`: open the overview and choose it again');
    }
    const plan = view.planSignature.verify(form.get('signedPlan') ?? '');
    await jobs.start(plan, patienceMs);
    // A reload of the page does not send the form again.
    response.writeHead(303, { ...guardHeaders, location: `${paths.job}?id=${plan.nonce}` }).end();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers } = request;
    const port = request.socket.localPort ?? 0;
    if (!isOwnHost(headers, port)) {
      throw new Refusal(421, `this page is only for http://localhost:${port} on this machine`);
    }
    const url = new URL(request.url ?? '/', `http://localhost:${port}`);
    const healthy = await health?.(url.pathname, method);
    if (healthy !== undefined)
      response.writeHead(healthy.status, { ...guardHeaders, ...healthy.headers }).end(healthy.body);
    else if (method === 'POST') await post(url, request, response);
    else if (method === 'GET' || method === 'HEAD') await get(url, response);
    else throw new Refusal(405, 'GET and POST are all that there is');
  };

  return {
    listener: (request, response) => {
      answer(request, response).catch((error: unknown) => sendError(response, view, error));
    },
    stop: () => jobs.stop(),
  };
}

function send(response: ServerResponse, status: number, view: Console, shown: Omit<Frame, 'navigation'>): void {
  const text = page({ ...shown, navigation: navigation(view.renderer) });
  response.writeHead(status, { ...guardHeaders, 'content-type': 'text/html; charset=utf-8' }).end(text);
}

function sendError(response: ServerResponse, view: Console, error: unknown): void {
  // A file that is half there must not look whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const foreseen = error instanceof Refusal ? new ConsoleError(error.message) : consoleErrorOf(error);
  if (foreseen === undefined) console.error(error);
  const failure = foreseen ?? new ConsoleError('this was not foreseen: the terminal of `make local` says more');
  const status = error instanceof Refusal ? error.status : foreseen === undefined ? 500 : 409;
  send(response, status, view, { title: 'Not possible', body: markup`<section>${errorNote(failure)}</section>` });
}

async function formText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumFormBytes) throw new Refusal(413, `a form has at most ${maximumFormBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
