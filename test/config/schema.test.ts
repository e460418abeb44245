import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import { environmentNames } from '../../config/read-environment';
import { development, set, setTop, type Written } from './configuration-file';

const schema = JSON.parse(readFileSync('config/environment.schema.json', 'utf8')) as object;
const accepts = new Ajv2020({ strict: false }).compile(schema);

test.each(environmentNames('config'))('config/%s.json is valid against the schema that it refers to', (name) => {
  const written = JSON.parse(readFileSync(`config/${name}.json`, 'utf8')) as Written;
  accepts(written);
  expect(accepts.errors).toBeNull();
  expect(written['$schema']).toBe('./environment.schema.json');
});

test.each<[string, (written: Record<string, Written>) => void]>([
  ['an unknown setting', set('vpc', 'subnets', [])],
  ['a missing one', set('redis', 'replicas', undefined)],
  ['a URL for a host', set('redis', 'host', 'rediss://a.example.com')],
  ["a secret's name for its ARN", set('redis', 'authSecretArn', 'hokusai/redis/development/auth-token')],
  ['a number in quotes', set('redis', 'port', '6379')],
  ['a number out of range', set('publisher', 'maximumConcurrency', 1)],
  ['a setting of the created Redis in an imported one', set('redis', 'nodeType', 'cache.t4g.small')],
  ['a reserved queue', setTop('subscriptions', [{ service: 'a', queue: 'model_events:dlq' }])],
])('an editor marks %s', (_, change) => {
  expect(accepts(JSON.parse(JSON.stringify(development(change))))).toBe(false);
});
