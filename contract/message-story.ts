/** The log query that tells the story of one message: saved in the stack, run by `model-events logs`. */

/** Where the id is put into the query. */
export const storyIdPlaceholder = 'MESSAGE_ID';

/** The parts of a CloudWatch Logs Insights query, each without its command. */
export interface LogQuery {
  readonly fields?: string[];
  readonly filter: string;
  readonly stats?: string;
  readonly sort?: string;
}

/** Lines that a query returns at most. */
export const logQueryLimit = 200;

/** What every query shows of a line. */
export const lineFields = ['@timestamp', 'service', 'level', 'message', 'function_request_id'];

export const messageStory = {
  fields: [...lineFields, 'fault', 'code', 'reason', 'xray_trace_id', '@message'],
  // A batch line has the ids as a list, so the text of the line is searched. With its quotes an id matches no longer one.
  filter: `@message like '"${storyIdPlaceholder}"' and ispresent(message)`,
  sort: '@timestamp asc',
} as const satisfies LogQuery;

/** Whether the query returns a line: for logs outside of CloudWatch. */
export const isInStory = (line: Readonly<Record<string, unknown>>, id: string, text: string): boolean =>
  line['message'] !== undefined && text.includes(`"${id}"`);
