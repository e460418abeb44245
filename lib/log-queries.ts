import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Where an operator puts the id into the query of a message. */
const idPlaceholder = 'MESSAGE_ID';

const shared = ['@timestamp', 'service', 'level', 'message', 'function_request_id'];

/** CloudWatch Logs Insights queries by the last part of their name. Each runs over the logs of all functions. */
export const logQueries = {
  'message story': {
    fields: [...shared, 'fault', 'code', 'reason', 'xray_trace_id'],
    // A batch line has the ids as a list, so the text of the line is searched.
    filter: `@message like '${idPlaceholder}' and ispresent(message)`,
    sort: '@timestamp asc',
  },
  'warnings and errors': {
    fields: [...shared, 'fault', 'reason', 'error.name', 'error.message'],
    filter: "level in ['WARN', 'ERROR']",
    sort: '@timestamp desc',
  },
  'slowest batches': {
    fields: [...shared, 'latencyMs', 'cold_start', 'published', 'retries'],
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
} as const satisfies Record<string, Query>;

export type LogQueryName = keyof typeof logQueries;

interface Query {
  readonly fields?: string[];
  readonly filter: string;
  readonly stats?: string;
  readonly sort?: string;
}

/** The text of a query, as Logs Insights runs it. */
export const queryString = ({ fields, filter, stats, sort }: Query): QueryString =>
  new QueryString({
    ...(fields === undefined ? {} : { fields }),
    filterStatements: [filter],
    ...(stats === undefined ? {} : { statsStatements: [stats] }),
    ...(sort === undefined ? {} : { sort }),
    limit: 200,
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
