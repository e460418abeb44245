import { ConsoleError, consoleErrorOf } from '../../console/console-error';
import { callerOf, isWidgetCall, widget, widgetDocumentation } from '../../console/widget';
import type { Action, Answer, Operation } from '../../contract/operations';
import { BufferError } from './buffer-error';

export interface WidgetAnswering {
  /** Does one request as if it had come alone: checked, and logged. */
  readonly answerTo: (request: unknown) => Promise<Answer>;
  readonly signingKey: () => Promise<string>;
  readonly functionArn: string;
  readonly environment: string;
}

/** The console, as CloudWatch's dashboard shows it; its documentation where that is asked for. */
export async function answerWidget(
  event: Readonly<Record<string, unknown>>,
  { answerTo, ...options }: WidgetAnswering,
): Promise<string> {
  if (!isWidgetCall(event)) return widgetDocumentation;
  const caller = callerOf(event);
  return widget(event, {
    ...options,
    ask: async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
      try {
        return (await answerTo({ ...operation, caller })) as Answer<A>;
      } catch (error) {
        throw error instanceof BufferError ? new ConsoleError(error.message) : (consoleErrorOf(error) ?? error);
      }
    },
  });
}
