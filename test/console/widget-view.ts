import type { TestOperations } from '../operations/operations-function';

export const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:operations';

/** What CloudWatch adds to each call. */
export const widgetContext = {
  dashboardName: 'model-events-development',
  widgetId: 'widget-9',
  accountId: '123456789012',
  locale: 'en',
  timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
  period: 300,
  timeRange: { mode: 'relative', start: 1, end: 2 },
  theme: 'light',
  title: 'Console',
  forms: { all: {} },
  params: {},
  width: 1200,
  height: 600,
};

/** A button of the widget: its label, and the fields that CloudWatch sends when it is pressed. */
export interface WidgetButton {
  readonly label: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export async function call(
  operations: TestOperations,
  fields: object = {},
  forms: object = {},
  context: object = {},
): Promise<string> {
  const event = { ...fields, widgetContext: { ...widgetContext, forms: { all: forms }, ...context } };
  const answer: unknown = await operations.function.invoke(event);
  if (typeof answer !== 'string')
    throw new Error(`a widget's answer must be a string of HTML, got ${JSON.stringify(answer)}`);
  return answer;
}

const decode = (text: string): string =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&#39;/g, "'")
    .replace(/&#96;/g, '`')
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

/** The buttons of a widget, each with the action that CloudWatch binds to the element before it. */
export function buttonsIn(markup: string): WidgetButton[] {
  const action =
    /<button type="button" class="btn[^"]*">((?:(?!<\/button>).)*)<\/button><cwdb-action([^>]*)>([^<]*)<\/cwdb-action/gs;
  return [...markup.matchAll(action)].map(([, label = '', attributes = '', json = '']) => {
    expect(attributes.replace(/\s+/g, ' ').trim()).toBe(`action="call" endpoint="${functionArn}" display="widget"`);
    return {
      label: decode(label).replace(/\s+/g, ' ').trim(),
      fields: JSON.parse(decode(json)) as Record<string, unknown>,
    };
  });
}

/** CloudWatch's rules for widgets: it removes elements that violate them. */
export function expectAllowed(markup: string): void {
  expect(markup).not.toMatch(/<(script|iframe|object|embed|link|meta|use|base|frame|img|video|audio)\b/i);
  expect(markup.replace(/>[^<]*</g, '><').replace(/"[^"]*"/g, '""')).not.toMatch(/\son\w+\s*=/i);
  expect(markup.replace(/>[^<]*</g, '><')).not.toMatch(
    /\s(?:src|href|action|formaction|srcset|background)="(?!call")/i,
  );
  const [, sheet = ''] = /<style>(.*?)<\/style>/s.exec(markup) ?? [];
  expect(sheet).not.toMatch(/url\(|@import|expression\(/i);
  expect(buttonsIn(markup)).toHaveLength(markup.match(/<cwdb-action/g)?.length ?? 0);
}

export function buttonNamed(markup: string, label: string): WidgetButton {
  const found = buttonsIn(markup).find((button) => button.label.startsWith(label));
  if (found === undefined)
    throw new Error(
      `no button "${label}"; available: ${buttonsIn(markup)
        .map((each) => each.label)
        .join(', ')}`,
    );
  return found;
}
