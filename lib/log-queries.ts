import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { lineFields, type LogQuery, logQueryLimit, messageStory } from '../contract/message-story';

/** CloudWatch Logs Insights queries by the last part of their name. Each runs over the logs of all functions. */
export const logQueries = {
  'message story': messageStory,
  'warnings and errors': {
    fields: [...lineFields, 'fault', 'reason', 'error.name', 'error.message'],
    filter: "level in ['WARN', 'ERROR']",
    sort: '@timestamp desc',
  },
  'slowest batches': {
    fields: [...lineFields, 'latencyMs', 'cold_start', 'published', 'retries'],
    filter: "message = 'batch'",
    sort: 'latencyMs desc',
  },
  'refused events': {
    filter: "message = 'record refused and written to the dead letters'",
    stats: 'count(*) as events, latest(reason) as example by code',
    sort: 'events desc',
  },
  'cold starts': {
    filter: 'cold_start = 1',
    stats: 'count_distinct(function_request_id) as starts by service, bin(1h)',
  },
} as const satisfies Record<string, LogQuery>;

export type LogQueryName = keyof typeof logQueries;

/** The text of a query, as Logs Insights runs it. */
export const queryString = ({ fields, filter, stats, sort }: LogQuery): QueryString =>
  new QueryString({
    ...(fields === undefined ? {} : { fields }),
    filterStatements: [filter],
    ...(stats === undefined ? {} : { statsStatements: [stats] }),
    ...(sort === undefined ? {} : { sort }),
    limit: logQueryLimit,
  });

export interface LogQueriesProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly logGroups: readonly ILogGroup[];
}

/** Saves the queries in CloudWatch as `model-events/<environment>/<name>`. */
export class LogQueries extends Construct {
  constructor(scope: Construct, id: string, { environment, logGroups }: LogQueriesProps) {
    super(scope, id);
    for (const [name, query] of Object.entries(logQueries)) {
      new QueryDefinition(this, name, {
        queryDefinitionName: `model-events/${environment}/${name}`,
        queryString: queryString(query),
        logGroups: [...logGroups],
      });
    }
  }
}
