import { parseHealthThresholds } from '../../contract/health-thresholds';
import { parseSubscriptions } from '../../contract/subscriptions';
import { arnOf, development, only, production, synthesized, templatesOf } from './synthesized';

const template = synthesized();
const health = only(template, 'AWS::Lambda::Function', 'Health');

test('the health function’s URL answers signed requests only', () => {
  template.resourceCountIs('AWS::Lambda::Url', 1);
  template.hasResourceProperties('AWS::Lambda::Url', {
    AuthType: 'AWS_IAM',
    TargetFunctionArn: arnOf(health.id),
  });
});

test.each([
  ['development', () => template],
  ['production', () => templatesOf(production).pipeline],
])('in %s no function is public: no URL without IAM, no permission for any principal, no CORS', (_, of) => {
  for (const { Properties } of Object.values(of().findResources('AWS::Lambda::Url'))) {
    expect(Properties).toMatchObject({ AuthType: 'AWS_IAM' });
    expect(Properties).not.toHaveProperty('Cors');
  }
  for (const { Properties } of Object.values(of().findResources('AWS::Lambda::Permission'))) {
    const { Principal: principal, FunctionUrlAuthType: authType } = Properties as Record<string, unknown>;
    expect(principal).not.toBe('*');
    expect(authType).not.toBe('NONE');
  }
});

test('the stack grants no principal access to the URL: callers need their own policy', () => {
  expect(JSON.stringify(template.toJSON())).not.toContain('lambda:InvokeFunctionUrl');
});

test('the function gets the subscriptions, and times out after 5 s', () => {
  expect(health.properties).toMatchObject({ Timeout: 5, MemorySize: 256, Handler: 'index.handler' });
  const { Variables: variables } = health.properties['Environment'] as { Variables: Record<string, string> };
  expect(parseSubscriptions(variables['MODEL_EVENTS_SUBSCRIPTIONS'] ?? '')).toEqual(development.subscriptions);
});

test.each(['Health', 'Operations'])('the warning thresholds of %s equal the alarm thresholds', (name) => {
  const alarms = {
    ...development.alarms,
    queueDepth: 7,
    oldestMessageSeconds: 61,
    oldestClaimSeconds: 62,
    consumerSeenSeconds: 120,
    deadLetters: 3,
  };
  const { properties } = only(synthesized({ alarms }), 'AWS::Lambda::Function', name);
  const { Variables: variables } = properties['Environment'] as { Variables: Record<string, string> };
  expect(parseHealthThresholds(variables['MODEL_EVENTS_HEALTH_THRESHOLDS'] ?? '')).toEqual({
    queueDepth: 7,
    oldestMessageSeconds: 61,
    oldestClaimSeconds: 62,
    consumerSeenSeconds: 120,
    deadLetters: 3,
  });
});

test('the URL is among the outputs', () => {
  const { id } = only(template, 'AWS::Lambda::Url');
  expect(template.findOutputs('HealthUrl')).toMatchObject({
    HealthUrl: { Value: { 'Fn::GetAtt': [id, 'FunctionUrl'] } },
  });
});
