/** Examples for the documents, created by the contract's code so that they match it. */
import { composeDeadLetter } from '../../contract/dead-letter';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { readEvent } from '../../contract/read-event';
import { rootQueue } from '../../contract/patterns';

/** An example of a message: its name, and its payload. */
export interface Example {
  readonly name: string;
  readonly summary: string;
  readonly payload: unknown;
}

const detail = {
  event_id: 'reg-2026-11-23-7',
  correlation_id: 'run-0af3',
  model_id: 'credit-risk-7',
  model_name: 'Credit risk',
  token_symbol: 'CRSK',
  metric_name: 'auroc',
  baseline_value: 0.82,
  performance_data: { current_value: 0.87 },
  baseline_validated: true,
  tags: { team: 'risk' },
};

const event = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': modelRegistered,
  source: registrySource,
  account: '123456789012',
  time: '2026-11-23T10:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail,
};

const brokenEvent = { ...event, detail: { ...detail, token_symbol: 'C RSK' } };

export function eventExamples(): Example[] {
  return [{ name: 'registration', summary: 'A model whose baseline is validated.', payload: event }];
}

export function messageExamples(): Example[] {
  return [{ name: 'first', summary: 'A message before its first delivery.', payload: JSON.parse(messageText()) }];
}

export function deadLetterExamples(): Example[] {
  const body = JSON.stringify(brokenEvent);
  const reading = readEvent(body);
  if (reading.kind !== 'refused') throw new Error('the example of a refused event is accepted');
  const refused = composeDeadLetter(
    body,
    reading.readable,
    { code: reading.code, message: reading.reason },
    'publisher',
    rootQueue,
  );
  const failed = composeDeadLetter(
    messageText(),
    true,
    { code: 'HANDLER_FAILED', message: 'the chain does not answer' },
    'consumer',
    rootQueue,
  );
  return [
    { name: 'refused', summary: 'An event that breaks the contract.', payload: deadLetterOf(refused) },
    { name: 'failed', summary: 'A message with which a consumer failed.', payload: deadLetterOf(failed) },
  ];
}

function messageText(): string {
  const reading = readEvent(JSON.stringify(event));
  if (reading.kind !== 'message') throw new Error(`the example of an event is ${reading.kind}`);
  return reading.text;
}

/** Inserts a time between head and tail, as the Lua script does. */
function deadLetterOf({ head, tail }: ReturnType<typeof composeDeadLetter>): unknown {
  return JSON.parse(`${head}2026-11-23T10:00:01.250Z${tail}`);
}
