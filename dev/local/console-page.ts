/** The console as HTML pages: links open views, forms execute actions, no scripts. */
import { type Content, markup, type Html } from '../../console/html';
import type { ConsoleRequest } from '../../console/request';
import { style } from '../../console/style';
import type { Look, RenderedView, Renderer } from '../../console/renderer';

/** Style sheet of the page, including the console's styles. */
export const pageStyle = `${style}
html, body { margin: 0; } body { background: Canvas; color-scheme: light dark; }
.model-events.page { min-height: 100vh; }
.model-events .inside { max-width: 1280px; margin: 0 auto; padding: 0 20px 24px; }
.model-events header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 14px 0; margin-bottom: 18px; border-bottom: 1px solid var(--line); }
.model-events h1 { font-size: 15px; margin: 0; } .model-events nav.top { padding: 0; }
.model-events footer { border-top: 1px solid var(--line); padding-top: 12px; color: var(--quiet); font-size: 12.5px; }
.model-events .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.model-events footer code { white-space: nowrap; }
@container (max-width: 700px) { .model-events .inside { padding: 0 12px 20px; } .model-events footer code { white-space: normal; } }
`;

/** URL paths. */
export const paths = { view: '/', work: '/work', job: '/job', download: '/download', style: '/console.css' } as const;

/** @param token of this process; forms without it are rejected */
export function pageRenderer(token: string): Renderer {
  return {
    link: (label, to, look) => anchor(addressOf(to), label, look),
    form: (to, fields, submit) =>
      markup`<form method="get" action="${paths.view}">
        <div class="fields">${hidden(to)}${fields}<button class="btn">${submit}</button></div>
      </form>`,
    checkbox: (id, label, isChecked = false) =>
      markup`<input type="checkbox" name="ids" value="${id}" form="selection" aria-label="${label}" ${isChecked && markup` checked`} />`,
    // One form; each button sends its own verb.
    selectionButtons: (buttons) => {
      const { verb: _, ...fields } = buttons[0]?.to ?? { view: 'overview' as const };
      return markup`<form method="get" action="${paths.view}" id="selection">
        <span class="row">${hidden(fields)}${buttons.map(
          ({ label, to, look }) => markup`<button class="btn ${look}" name="verb" value="${to.verb}">${label}</button>`,
        )}</span>
      </form>`;
    },
    act: (label, signedPlan, look = 'button') =>
      markup`<form method="post" action="${paths.work}" class="inline">
        ${hidden({ token, signedPlan })}<button class="btn ${look}">${label}</button>
      </form>`,
    download: (label, queue, id) => {
      const query = new URLSearchParams({ queue, ...(id === undefined ? {} : { id }) });
      return anchor(`${paths.download}?${query.toString()}`, label, 'button');
    },
    cliTarget: '--local',
    continuesAutomatically: true,
  };
}

export interface Frame extends RenderedView {
  readonly navigation: Html;
  /** Interval at which the page reloads. */
  readonly refreshSeconds?: number;
}

/** A complete HTML document. */
export function page({ title, body, navigation, refreshSeconds }: Frame): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Model events, make local</title>
        <link rel="stylesheet" href="${paths.style}" />
        ${refreshSeconds !== undefined && markup`<meta http-equiv="refresh" content="${refreshSeconds}" />`}
      </head>
      <body>
        <div class="model-events auto page">
          <div class="inside">
            <a class="skip" href="#content">Skip to content</a>
            <header>
              <h1>Model events</h1>
              ${navigation}
            </header>
            <main id="content">${body}</main>
            <footer>
              <p>
                This pipeline runs on this machine and keeps no data after it stops. Metrics, alarms and the dashboard exist
                only in an AWS account. In a terminal: <code>npx model-events dlq list --local</code>; see
                <code>--help</code> for other commands.
              </p>
            </footer>
          </div>
        </div>
      </body>
    </html>`.text;
}

function addressOf(request: ConsoleRequest): string {
  return `${paths.view}?${new URLSearchParams(request).toString()}`;
}

function anchor(address: string, label: Content, look: Look = 'link'): Html {
  return markup`<a href="${address}" ${look !== 'link' && markup` class="btn ${look}"`}>${label}</a>`;
}

function hidden(fields: Readonly<Partial<Record<string, string>>>): Html {
  return markup`${Object.entries(fields).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}" />`)}`;
}
