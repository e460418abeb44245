export interface LogsInsightsLink {
  readonly region: string;
  /** The query's text. */
  readonly query: string;
  /** Names of log groups; may be tokens, whose values consist of letters, digits, dashes and underscores. */
  readonly logGroupNames: readonly string[];
  /** How far the query looks back. */
  readonly hours: number;
}

/**
 * Address of Logs Insights in the AWS console, with a query and its log groups filled in. The console keeps them in JSURL: `~(…)` is an
 * object or a list, `~'` precedes a text, `*20` is a space. They are percent-encoded twice, the second time with `$` for `%`.
 */
export function logsInsightsUrl({ region, query, logGroupNames, hours }: LogsInsightsLink): string {
  const source = logGroupNames.map((name) => `~'${name}`).join('');
  const detail = `~(end~0~start~-${hours * 3600}~timeType~'RELATIVE~unit~'seconds~editorString~'${escaped(query)}~source~(${source}))`;
  const encoded = detail.replace(/[~()']/g, (character) => `$25${hexOf(character)}`);
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:logs-insights$3FqueryDetail$3D${encoded}`;
}

/** A text in JSURL; queries consist of ASCII characters. */
function escaped(text: string): string {
  return text.replace(/[^\w.-]/g, (character) => `*${hexOf(character).toLowerCase()}`);
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
