/** The story of a message: its log lines in time order. */
import { isObject } from '../../contract/rules';
import { displayText } from '../display-text';
import type { Colour, Screen } from '../screen';

type Line = Readonly<Record<string, unknown>>;

/** Shown in columns of their own, equal in all lines of the story, or of use to programs only: see `--json`. */
const notInDetails = new Set([
  ...['timestamp', 'service', 'level', 'message', 'cold_start', 'sampling_rate', 'xray_trace_id'],
  ...['function_name', 'function_version', 'function_request_id'],
  ...['messageId', 'messageIds', 'correlationIds', 'sqsMessageId'],
]);

const colours: Readonly<Record<string, Colour>> = { ERROR: 'red', CRITICAL: 'red', WARN: 'yellow' };

/** @returns the members of a line; none for a line that is not a JSON object */
export function readLine(text: string): Line {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The lines in the order of their own times: functions write at the same time into several groups. */
export const inTimeOrder = (lines: readonly string[]): Line[] =>
  lines.map(readLine).sort((a, b) => Date.parse(String(a['timestamp'])) - Date.parse(String(b['timestamp'])));

/** Prints a table with a row for each line. */
export function showStory(screen: Screen, story: readonly Line[]): void {
  screen.table(
    ['time', 'function', 'level', 'event', 'details'],
    story.map((line) => [
      textOf(line['timestamp']),
      textOf(line['service']).replace(/^model-events-/, ''),
      levelOf(textOf(line['level'])),
      textOf(line['message']),
      detailsOf(line),
    ]),
  );
}

function levelOf(level: string) {
  const colour = colours[level];
  return colour === undefined ? level : { text: level, colour };
}

/** The other members as `name=value`; a count of 0 says nothing. */
function detailsOf(line: Line): string {
  return Object.entries(line)
    .filter(([name, value]) => !notInDetails.has(name) && value !== 0)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .join(' ');
}

function textOf(value: unknown): string {
  if (isObject(value) && 'stack' in value) return displayText(`${String(value['name'])}: ${String(value['message'])}`);
  return displayText(typeof value === 'string' ? value : JSON.stringify(value));
}
