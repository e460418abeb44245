import { messageIdPattern, messageIdRule } from '../../contract/patterns';
import { type Command, CommandError, pipelineOption, UsageError } from '../command';
import { timeOf } from '../queues/dead-letter-filter';
import { timeoutOption, timeoutSecondsOf } from '../timeout';

/** `model-events logs` */
export const logs: Command = {
  name: 'logs',
  summary: 'Print the log lines about one message, of all functions, in time order',
  details: `Runs the saved query "message story" over the environment's log groups in CloudWatch Logs Insights, which charges for the
data that it reads: a later --since reads less. With --local it reads the log of the functions of make local. With --json it prints
each line as the function wrote it. CloudWatch shows a line some seconds after it was written. Exit code 1 if no line is found.`,
  argument: { placeholder: 'MESSAGE_ID', required: true, help: 'a message_id (the event_id) or a correlation_id' },
  options: {
    local: { type: 'boolean', help: 'use the logs of `make local` on this machine instead of -e' },
    since: {
      type: 'string',
      placeholder: 'TIME',
      help: 'only lines since: 30m, 2h, 3d ago, or an ISO time; default 24h',
    },
    ...timeoutOption,
  },
  examples: [
    ['model-events logs registration-4711 -e development', 'what became of a registration of the last day'],
    ['model-events logs registration-4711 -e development --since 7d --json', 'the complete lines of the last week'],
  ],
  run: async (invocation) => {
    const { screen } = invocation;
    const id = invocation.requiredWord();
    if (!messageIdPattern.test(id)) throw new UsageError(`a message id has ${messageIdRule}, got "${id.slice(0, 40)}"`);
    const timeoutSeconds = timeoutSecondsOf(invocation);
    const since = timeOf(invocation.text('since') ?? '24h', 'since');
    const search = { id, sinceMs: Date.parse(since) };
    const isLocal = invocation.flag('local');
    const { lines, isTruncated, searched } = isLocal
      ? await (await import('../logs/local-lines')).localLines(search, invocation.processContext.environment)
      : await (await import('../logs/deployed-lines')).deployedLines(invocation, search, timeoutSeconds);
    if (lines.length === 0) {
      throw new CommandError(
        `No log line about ${id} since ${since} in\n${searched.map((name) => `  ${name}\n`).join('')}` +
          `Use an earlier --since, or check its state: npx model-events status ${id} ${pipelineOption(invocation)}`,
      );
    }
    const { inTimeOrder, showStory } = await import('../logs/story');
    const story = inTimeOrder(lines);
    if (invocation.json) for (const line of story) screen.jsonLine(line);
    else showStory(screen, story);
    if (isTruncated)
      invocation.processContext.stderr.write(
        `Only the first ${lines.length} lines are printed: use a later --since for the others.\n`,
      );
    return 0;
  },
};
