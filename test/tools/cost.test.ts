import { readEnvironment } from '../../config/read-environment';
import { freeAMonth, idleCost, totalOf } from '../../tools/generators/cost';

const development = readEnvironment('development', 'config');
const production = readEnvironment('production', 'config');

test('development with the essential alarms costs less than 15 USD a month without registrations, less what each account has free', () => {
  const environment = { ...development, alarms: { ...development.alarms, scope: 'essential' as const } };
  expect(totalOf(idleCost(environment)) - freeAMonth).toBeLessThan(15);
});

test('the sample of production costs less than 90 USD a month without registrations, beside its NAT gateways', () => {
  expect(totalOf(idleCost(production))).toBeLessThan(90);
});

test('an interface endpoint is billed for each of its zones: Secrets Manager in two, SQS and ElastiCache in one', () => {
  const without = { ...production, vpc: { ...production.vpc, interfaceEndpoints: true }, services: [] };
  const line = idleCost(without).find(({ what }) => what === 'interface endpoints');
  expect(line?.quantity).toBe(4 * 730);
  expect(idleCost(production).map(({ what }) => what)).not.toContain('interface endpoints');
});
