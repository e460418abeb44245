import { messageRules } from '../../contract/message';
import type { JsonSchema } from '../../contract/rules';

const number = 'int | Decimal';

/** The Python package's type of a message's payload. */
export function pythonPayload(): string {
  return [
    '# GENERATED from contract/*.ts by `npm run generate`; do not edit.',
    '"""The payload of a ``model_ready_to_deploy`` message."""',
    '',
    'from __future__ import annotations',
    '',
    'from decimal import Decimal',
    'from typing import TypedDict',
    '',
    ...typedDict('Payload', messageRules.payload.schema),
    '',
  ].join('\n');
}

/** A `TypedDict`, after those of the objects inside it. Required fields are in a base class: Python 3.10 has no `NotRequired`. */
function typedDict(name: string, schema: JsonSchema): string[] {
  const inner: string[] = [];
  const properties = Object.entries(schema['properties'] as Readonly<Record<string, JsonSchema>>);
  const required = (schema['required'] ?? []) as readonly string[];
  const typeOf = (field: string, rule: JsonSchema): string => {
    if (rule['properties'] !== undefined) {
      const className = field.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      inner.push(...typedDict(className, rule), '');
      return className;
    }
    if (rule['additionalProperties'] !== undefined) {
      return `dict[str, ${typeOf(field, rule['additionalProperties'] as JsonSchema)}]`;
    }
    const type = { string: 'str', number, integer: number, boolean: 'bool' }[String(rule['type'])];
    if (type === undefined) throw new Error(`"${field}" has a rule without a Python type: ${JSON.stringify(rule)}`);
    return type;
  };
  const lines = properties.map(([field, rule]) => ({
    isRequired: required.includes(field),
    text: `    ${field}: ${typeOf(field, rule)}`,
  }));
  const textsOf = (isRequired: boolean): string[] =>
    lines.filter((line) => line.isRequired === isRequired).map(({ text }) => text);
  if (required.length === 0) return [...inner, '', `class ${name}(TypedDict, total=False):`, ...textsOf(false)];
  return [
    ...inner,
    '',
    `class _Required${name}(TypedDict):`,
    ...textsOf(true),
    '',
    '',
    `class ${name}(_Required${name}, total=False):`,
    `    """Fields that the contract does not know are kept as well."""`,
    '',
    ...textsOf(false),
  ];
}
