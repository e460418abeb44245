/** The lines about a message in the log groups of a deployed environment, by CloudWatch Logs Insights. */
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsResponse,
  paginateDescribeLogGroups,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { logQueryLimit, messageStory, storyIdPlaceholder } from '../../contract/message-story';
import { CommandError, type Invocation } from '../command';
import { interruptible, type Interruption } from '../interruption';
import { Progress } from '../progress';
import type { LogLines, LogSearch } from './log-lines';

const pollIntervalMs = 500;

/** @throws CommandError if the environment has no log groups, or the query does not complete within `timeoutSeconds` */
export async function deployedLines(
  invocation: Invocation,
  { id, sinceMs }: LogSearch,
  timeoutSeconds: number,
): Promise<LogLines> {
  const environment = await invocation.environment();
  const place = environment.environment;
  const client = invocation.account(environment).client(CloudWatchLogsClient);
  const searched = await logGroupsOf(client, place);
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: searched,
      // Whole seconds, both inclusive.
      startTime: Math.floor(sinceMs / 1000),
      endTime: Math.ceil(Date.now() / 1000),
      queryString: storyQuery(id),
    }),
  );
  const progress = new Progress(
    invocation.processContext.stderr,
    `searching the logs of ${place}, seconds`,
    timeoutSeconds,
  );
  try {
    const { results = [], statistics } = await interruptible(invocation, (interruption) =>
      completed(client, queryId, { timeoutSeconds, interruption, progress }),
    );
    const lines = results.map((fields) => fields.find(({ field }) => field === '@message')?.value ?? '');
    return { lines, searched, isTruncated: (statistics?.recordsMatched ?? 0) > lines.length };
  } finally {
    progress.end();
  }
}

/** The stack's log groups, by the names that CloudFormation generates: stack, logical id, random part. */
async function logGroupsOf(client: CloudWatchLogsClient, environment: string): Promise<string[]> {
  const stack = `ModelEvents-${environment}`;
  // The stack of another environment may begin with the same name; its name continues in lower case.
  const ofStack = new RegExp(`^${stack}-[A-Z]\\w*-\\w+$`);
  const names: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: `${stack}-` })) {
    names.push(...logGroups.flatMap(({ logGroupName: name = '' }) => (ofStack.test(name) ? [name] : [])));
  }
  if (names.length > 0) return names;
  throw new CommandError(
    `Log groups ${stack}-… not found in ${await client.config.region()}: deploy ${stack}, or check --profile`,
  );
}

/** @param id of `messageIdPattern`, which has no character with a meaning in the query */
function storyQuery(id: string): string {
  const { fields, filter, sort } = messageStory;
  return [
    `fields ${fields.join(', ')}`,
    `filter ${filter.replace(storyIdPlaceholder, id)}`,
    `sort ${sort}`,
    `limit ${logQueryLimit}`,
  ].join('\n| ');
}

interface Waiting {
  readonly timeoutSeconds: number;
  readonly interruption: Interruption;
  readonly progress: Progress;
}

/** Waits for the end of the query. A query that is not waited for any longer is stopped: it is charged by what it reads. */
async function completed(
  client: CloudWatchLogsClient,
  queryId: string | undefined,
  { timeoutSeconds, interruption, progress }: Waiting,
): Promise<GetQueryResultsResponse> {
  const startMs = Date.now();
  for (;;) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }));
    if (answer.status === 'Complete') return answer;
    if (answer.status !== 'Scheduled' && answer.status !== 'Running')
      throw new CommandError(
        `CloudWatch Logs Insights ended the query with status ${answer.status ?? 'unknown'}: try again`,
      );
    const elapsedSeconds = (Date.now() - startMs) / 1000;
    if (interruption.isRequested || elapsedSeconds + pollIntervalMs / 1000 > timeoutSeconds) {
      await client.send(new StopQueryCommand({ queryId }));
      throw new CommandError(
        interruption.isRequested
          ? 'Interrupted: the query was stopped'
          : `The query did not complete within ${timeoutSeconds} s and was stopped: use a later --since, or a longer --timeout`,
      );
    }
    progress.at(Math.floor(elapsedSeconds));
    await interruption.pause(pollIntervalMs);
  }
}
