/** `make dashboard-picture`: the dashboard's definition, with the metrics in a log of `make test-load`, as a picture for the documentation. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startChromium } from './chromium';
import { DashboardData } from './dashboard-data';
import { dashboardHtml, periodMs, type Widget } from './dashboard-html';

const pictures = resolve(__dirname, '../../docs/pictures');

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

/** The widgets of the dashboard in a synthesized template, with the names of alarms; other references are `{<logical id>}`. */
export function widgetsIn(template: Template): readonly Widget[] {
  const found = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  if (found === undefined) throw new Error('the template has no dashboard');
  const body = found.Properties['DashboardBody'] as { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  const parts = body['Fn::Join'][1].map((part) => {
    if (typeof part === 'string') return part;
    const id = String([Object.values(part as object)[0]].flat()[0]);
    const name = template.Resources[id]?.Properties['AlarmName'];
    return typeof name === 'string' ? name.replace(/^model-events-[a-z]+-/, '') : `{${id}}`;
  });
  return (JSON.parse(parts.join('')) as { readonly widgets: readonly Widget[] }).widgets;
}

async function main([log]: readonly string[]): Promise<void> {
  if (log === undefined || !existsSync(log)) {
    throw new Error(
      'no log of a load given. Write one, then render it:\n' +
        '  make test-load ARGS="--rate 200 --minutes 7 --burst 15 --log load.log"\n' +
        '  make dashboard-picture ARGS=load.log',
    );
  }
  const template = JSON.parse(readFileSync('cdk.out/ModelEvents-development.template.json', 'utf8')) as Template;
  const data = new DashboardData(readFileSync(log, 'utf8'));
  const overview = readFileSync(join(pictures, 'overview-wide.png')).toString('base64');
  const note =
    `Rendered from the dashboard's definition with the metrics of make test-load, in periods of ${periodMs / 1000} s. ` +
    'SQS, Lambda, ElastiCache and alarm states exist only in an AWS account.';
  const browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page.setContent(dashboardHtml(widgetsIn(template), data, `data:image/png;base64,${overview}`, note).text);
    await page.screenshot({ path: join(pictures, 'dashboard.png'), fullPage: true });
  } finally {
    await browser.close();
  }
  console.log('docs/pictures/dashboard.png');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
