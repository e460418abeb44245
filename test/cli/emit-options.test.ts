import type { Invocation } from '../../cli/command';
import { emit } from '../../cli/commands/emit';
import { detailsOf } from '../../cli/emit/details';
import { sharedOptions } from '../../cli/help';
import { modelRegisteredRules } from '../../contract/event';
import { readEvent } from '../../contract/read-event';
import { eventBody } from '../support/events';

const values: Readonly<Record<keyof typeof modelRegisteredRules, string>> = {
  model_id: 'credit-risk-7',
  token_symbol: 'CRISK',
  metric_name: 'auc',
  baseline_value: '0.8700000000000000001',
  performance_data: '{"current_value":0.900}',
  baseline_validated: 'true',
  correlation_id: '7',
  event_id: 'e-1',
  model_name: 'true',
  model_version: '1.0',
  mlflow_run_id: 'r-1',
  experiment_name: '"quoted"',
  contributor_address: `0x${'a'.repeat(40)}`,
  tags: '{"team":"risk"}',
};

const optionOf = (field: string): string => field.replaceAll('_', '-');

test('emit has an option for every field of a registration, under a name that no other option has', () => {
  for (const field of Object.keys(modelRegisteredRules)) {
    expect(emit.options).toHaveProperty([optionOf(field)]);
    expect(sharedOptions).not.toHaveProperty([optionOf(field)]);
    expect(['local', 'file', 'dry-run', 'yes']).not.toContain(optionOf(field));
  }
});

test('the options of all fields make an event that the publisher accepts, JSON as typed and text quoted', () => {
  const byOption = new Map(Object.entries(values).map(([field, value]) => [optionOf(field), value]));
  const invocation = { text: (option: string) => byOption.get(option) } as unknown as Invocation;
  const [detail] = detailsOf(invocation);
  expect(detail?.text).toContain('"baseline_value":0.8700000000000000001,"performance_data":{"current_value":0.900}');
  expect(detail?.text).toContain('"correlation_id":"7"');
  expect(Object.keys(JSON.parse(detail?.text ?? '') as Record<string, unknown>)).toEqual(
    Object.keys(modelRegisteredRules),
  );
  expect(readEvent(eventBody(JSON.parse(detail?.text ?? '') as Record<string, unknown>))).toMatchObject({
    kind: 'message',
  });
});
