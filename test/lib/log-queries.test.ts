import { Match } from 'aws-cdk-lib/assertions';
import { synthesized } from './synthesized';

const template = synthesized();
const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(
  ({ Properties }) => Properties as { Name: string; QueryString: string; LogGroupNames: unknown[] },
);

test('each saved query runs over the logs of all functions', () => {
  expect(queries.map(({ Name }) => Name).sort()).toEqual(
    ['cold starts', 'message story', 'refused events', 'slowest batches', 'warnings and errors'].map(
      (name) => `model-events/development/${name}`,
    ),
  );
  const logGroups = Object.keys(template.findResources('AWS::Logs::LogGroup'));
  for (const { LogGroupNames } of queries) expect(LogGroupNames).toHaveLength(4);
  expect(logGroups.length).toBeGreaterThanOrEqual(4);
});

test('the story of a message is in time order, and its query has a place for the id', () => {
  const story = queries.find(({ Name }) => Name.endsWith('message story'))?.QueryString ?? '';
  expect(story).toContain(`filter @message like '"MESSAGE_ID"'`);
  expect(story).toContain('sort @timestamp asc');
});

test('the dashboard lists recent warnings and errors', () => {
  template.hasResourceProperties('AWS::CloudWatch::Dashboard', {
    DashboardBody: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
  });
  expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain('Recent warnings and errors');
});
