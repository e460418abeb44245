/** HTTP server of the console in `make local`. */
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
import { type Frame, page, pageStyle, pageRenderer, paths } from './console-page';
import { ModelQueue } from '../../queue/model-queue';
import type { RedisSession } from '../../queue/session';

/** The console's own forms are far smaller. */
const maximumFormBytes = 32 * 1024;
/** How long a press waits for its job before the page shows the progress. */
const jobWaitMs = 1000;
/** Time limit for searching lists. */
const limitMs = 20_000;
const refreshSeconds = 1;

export interface ConsoleServerOptions {
  readonly ask: Ask;
  /** For downloads. */
  readonly session: RedisSession;
  /** Handles its paths before the console's. @default no health endpoints */
  readonly health?: AnswerHealth;
}

export interface ConsoleServer {
  readonly listener: RequestListener;
  /** Stops running jobs after their current page. */
  stop(): Promise<void>;
}

/** An HTTP error response. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function consoleServer({ ask, session, health }: ConsoleServerOptions): ConsoleServer {
  // New for each process: forms of an earlier one are rejected.
  const token = randomBytes(32).toString('base64url');
  const view: Console = {
    ask,
    renderer: pageRenderer(token),
    planSignature: new PlanSignature(randomBytes(32)),
    limitMs,
  };
  const jobs = new ConsoleJobs(ask, (error) => console.error(error));

  const get = async (url: URL, response: ServerResponse): Promise<void> => {
    const { searchParams: query } = url;
    if (url.pathname === paths.view) {
      const fields = { ...Object.fromEntries(query), ids: query.getAll('ids').join(',') };
      send(response, 200, view, await render(view, readRequest(fields)));
    } else if (url.pathname === paths.style) {
      response.writeHead(200, { ...guardHeaders, 'content-type': 'text/css; charset=utf-8' }).end(pageStyle);
    } else if (url.pathname === paths.job) showJob(query.get('id') ?? '', response);
    else if (url.pathname === paths.download) await download(query.get('queue') ?? '', query.get('id'), response);
    else throw new HttpError(404, 'page not found: open the overview');
  };

  const showJob = (id: string, response: ServerResponse): void => {
    const job = jobs.find(id);
    if (job === undefined)
      throw new HttpError(404, 'unknown job: `make local` was restarted, or the job ended long ago');
    const stopped =
      job.failure ??
      (job.running || isDone(job.plan) ? undefined : new ConsoleError('the job was stopped before it finished'));
    const rendered = progress(view, job.plan, stopped);
    send(response, 200, view, { ...rendered, ...(job.running ? { refreshSeconds } : {}) });
  };

  const download = async (queue: string, id: string | null, response: ServerResponse): Promise<void> => {
    // The request also checks that the queue exists and Redis is reachable, before the headers are sent.
    if (id === null) {
      await ask({ action: 'dead-letters', queue, offset: 0, select: {} });
      response.writeHead(200, { ...guardHeaders, ...downloadHeaders(`${queue}-dead-letters`, 'lines') });
      await writeDeadLetters(session, new ModelQueue(queue), response);
      return;
    }
    const { text } = await ask({ action: 'dead-letter', queue, id });
    if (text === null) throw new HttpError(404, `dead letter ${id} is not in ${queue}: it was redriven or discarded`);
    response.writeHead(200, { ...guardHeaders, ...downloadHeaders(`${queue}-${id}`, 'json') }).end(text);
  };

  const post = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (url.pathname !== paths.work) throw new HttpError(404, 'page not found');
    const form = new URLSearchParams(await formText(request));
    if (!isOwnForm(request.headers, form.get('token'), token)) {
      throw new HttpError(403, 'the form was not sent by a page of this `make local`: open the overview and try again');
    }
    const plan = view.planSignature.verify(form.get('signedPlan') ?? '');
    await jobs.start(plan, jobWaitMs);
    // Redirect, so that reloading the page does not submit the form again.
    response.writeHead(303, { ...guardHeaders, location: `${paths.job}?id=${plan.nonce}` }).end();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers } = request;
    const port = request.socket.localPort ?? 0;
    if (!isOwnHost(headers, port)) {
      throw new HttpError(421, `this page is available only at http://localhost:${port} on this machine`);
    }
    const url = new URL(request.url ?? '/', `http://localhost:${port}`);
    const healthResponse = await health?.(url.pathname, method);
    if (healthResponse !== undefined)
      response
        .writeHead(healthResponse.status, { ...guardHeaders, ...healthResponse.headers })
        .end(healthResponse.body);
    else if (method === 'POST') await post(url, request, response);
    else if (method === 'GET' || method === 'HEAD') await get(url, response);
    else throw new HttpError(405, 'method not allowed: use GET or POST');
  };

  return {
    listener: (request, response) => {
      answer(request, response).catch((error: unknown) => sendError(response, view, error));
    },
    stop: () => jobs.stop(),
  };
}

function send(response: ServerResponse, status: number, view: Console, rendered: Omit<Frame, 'navigation'>): void {
  const text = page({ ...rendered, navigation: navigation(view.renderer, 'make local') });
  response.writeHead(status, { ...guardHeaders, 'content-type': 'text/html; charset=utf-8' }).end(text);
}

function sendError(response: ServerResponse, view: Console, error: unknown): void {
  // A partial download must not look complete.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const expected = error instanceof HttpError ? new ConsoleError(error.message) : consoleErrorOf(error);
  if (expected === undefined) console.error(error);
  const failure = expected ?? new ConsoleError('unexpected error: see the terminal of `make local`');
  const status = error instanceof HttpError ? error.status : expected === undefined ? 500 : 409;
  send(response, status, view, { title: 'Request failed', body: markup`<section>${errorNote(failure)}</section>` });
}

async function formText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumFormBytes) throw new HttpError(413, `a form has at most ${maximumFormBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
