/** Sample ids of this repository, and common placeholders. None of them exists in a real account. */

/** The account of every sample here; AWS documentation uses it too, so it belongs to no customer. */
export const sampleAccount = '123456789012';

/** The ids in the configuration files of this repository. */
export const sampleIds: readonly string[] = [
  // development
  'vpc-0a1b2c3d4e5f60718',
  'subnet-0a1b2c3d4e5f60718',
  'subnet-0b1c2d3e4f5a60718',
  'sg-0a1b2c3d4e5f60718',
  'sg-0c1d2e3f4a5b60718',
  // production
  'vpc-0f1e2d3c4b5a69780',
  'subnet-0f1e2d3c4b5a69780',
  'subnet-0e1d2c3b4a5f69780',
];

/** Where the configuration files of this repository say that the runbook is read. */
const sampleHost = 'wiki.example.com';

export const runbookRemedy = 'Write where the team reads docs/runbook.md';

/** Whether nobody reads the runbook at this address. */
export const isSampleUrl = (url: string): boolean => URL.parse(url)?.hostname === sampleHost;

/** Whether an e-mail address is that of nobody (RFC 2606). */
export const isSampleAddress = (address: string): boolean => address.endsWith('@example.com');

/**
 * Six characters that look like the suffix that Secrets Manager appends to a secret's name, but are a placeholder for it. The
 * comparison ignores case. A secret with such a suffix must be recreated.
 */
const suffixPlaceholders: readonly string[] = [
  ...['RANDOM', 'SUFFIX', 'AbCdEf', 'abc123', 'abcd12', 'a1b2c3', '1a2b3c', '123456', '012345', '123abc', 'xyz123'],
  ...['CHANGE', 'FILLME', 'SAMPLE', 'EXAMPL', 'FOOBAR', 'STRING'],
];

/** Words that may be the end of a name whose suffix is missing. A real secret may have them. */
const nameEnds: readonly string[] = ['secret', 'tokens', 'master', 'passwd', 'redis1'];

/** Whether the end of a secret's ARN may be that of its name. */
export const mayEndName = (arn: string): boolean => nameEnds.includes(arn.slice(-6).toLowerCase());

/** Whether the end of a secret's ARN is a placeholder. */
export function isPlaceholder(suffix: string): boolean {
  const same = (placeholder: string): boolean => placeholder.toLowerCase() === suffix.toLowerCase();
  return suffixPlaceholders.some(same) || /^(.)\1{5}$/i.test(suffix);
}
