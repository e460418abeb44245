/** docs/reference/configuration.md: rules and defaults from the schema, meanings from the comments over the settings. */
import { editorSchema } from '../../config/environment-rules';
import { type Documented, documentedIn } from './doc-comments';
import { heading, item, paragraph } from './markdown';

/** Where the settings' interfaces are. */
const sources = ['config/environment.ts', 'contract/subscriptions.ts'];

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

export function configurationReference(): string {
  const interfaces = new Map(sources.flatMap((file) => [...documentedIn(file)]));
  return [
    ...heading('Configuration', 'config/environment-rules.ts and the comments in config/environment.ts'),
    ...paragraph(
      'Each environment is one file, `config/<environment>.json`; `npx model-events init -e NAME` writes one from what is in ' +
        'the account. An editor that knows `config/environment.schema.json` marks what is wrong while it is written. Synth ' +
        'and every command check the rest too, such as rules between settings, and name all that is wrong at once.',
    ),
    ...group('', editorSchema(), 'Environment', interfaces),
    '',
  ].join('\n');
}

/** The settings of a group, then the groups in it, each under a heading of its own. */
function group(path: string, schema: Schema, type: string, interfaces: ReadonlyMap<string, Documented>): string[] {
  if (schema.oneOf !== undefined) {
    const kinds = [...(interfaces.get(type)?.members.keys() ?? [])];
    return schema.oneOf.flatMap((kind, index) => group(path, kind, kinds[index] ?? '', interfaces));
  }
  if (schema.items !== undefined) return group(`${path}[]`, schema.items, type, interfaces);
  const documented = interfaces.get(type);
  if (documented === undefined) throw new Error(`${path}: no interface ${type} in ${sources.join(', ')}`);

  const settings: string[] = [];
  const groups: string[] = [];
  for (const [name, setting] of Object.entries(schema.properties ?? {})) {
    // For editors only.
    if (name === '$schema') continue;
    const member = documented.members.get(name);
    const inner = path === '' ? name : `${path}.${name}`;
    if (isGroup(setting)) {
      groups.push(...group(inner, setting, member?.type ?? '', interfaces));
      continue;
    }
    if (member === undefined || member.text === '')
      throw new Error(`${type}.${name} has no doc comment: add one that describes it`);
    settings.push(
      ...item(`\`${inner}\`: ${member.text}`),
      ...paragraph(`${presence(schema, name, setting)}: ${ruleOf(setting)}.`, '  '),
    );
  }
  return [
    '',
    `## ${path === '' ? 'The file' : titleOf(path, schema)}`,
    '',
    ...paragraph(documented.text),
    '',
    ...settings,
    ...groups,
  ];
}

function isGroup({ oneOf, items, properties }: Schema): boolean {
  return oneOf !== undefined || properties !== undefined || (items !== undefined && isGroup(items));
}

/** Variants of one group differ in a setting that has one value. */
function titleOf(path: string, { properties = {} }: Schema): string {
  const kind = Object.entries(properties).find(([, setting]) => setting.const !== undefined);
  return kind === undefined ? `\`${path}\`` : `\`${path}\` with \`${kind[0]}: ${JSON.stringify(kind[1].const)}\``;
}

function presence({ required = [] }: Schema, name: string, { default: fallback }: Schema): string {
  if (required.includes(name)) return 'Required';
  return fallback === undefined ? 'Optional' : `Default \`${JSON.stringify(fallback)}\``;
}

function ruleOf({ type, description, enum: values, items, minItems = 0 }: Schema): string {
  if (items !== undefined) return `a list${minItems > 0 ? ` of at least ${minItems}` : ''}, each ${ruleOf(items)}`;
  if (type === 'boolean') return 'true or false';
  const rule = description ?? type ?? '';
  return values === undefined || typeof values[0] === 'string' ? rule : `${rule}: ${values.join(', ')}`;
}
