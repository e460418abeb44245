/** Groups of settings: each known by name, and nothing else in them. */
import { escaped, isObject } from '../contract/rules';
import { field, type Field, type Problem, seen } from './fields';
import { renamed } from './nearest-name';

/** The fields of a group of settings, by name; an optional property needs an `optional` field. */
export type FieldsOf<Group> = { readonly [Name in keyof Group]-?: Field<Group[Name]> };

/** A group of settings: each of `fields`, and nothing else. A group left out is read as an empty one. */
export function settings<Group extends object>(fields: FieldsOf<Group>): Field<Group> {
  const names = Object.keys(fields) as (keyof Group & string)[];
  const required = names.filter((name) => !fields[name].omissible);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, fields[name].schema])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  const read = (value: unknown, path: string, found: Problem[]): Group => {
    const group = groupAt(value, path, found);
    for (const name of Object.keys(group)) {
      if (Object.hasOwn(fields, name)) continue;
      found.push({
        path: inside(path, escaped(name.slice(0, 60))),
        rule: 'a known setting',
        value: 'a name nothing reads',
        remedy: renamed(name, names),
      });
    }
    const entries = names.map(
      (name) =>
        [name, fields[name](Object.hasOwn(group, name) ? group[name] : undefined, inside(path, name), found)] as const,
    );
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined)) as Group;
  };
  return field(schema, read, required.length === 0);
}

/** A group that is one of several: the setting `by` says which, and each of `groups` reads its own. */
export function variants<By extends string, Group extends Readonly<Record<By, string>>>(
  by: By,
  groups: { readonly [Name in Group[By]]: { readonly means: string; readonly group: Field<Group> } },
): Field<Group> {
  const names = Object.keys(groups) as Group[By][];
  const [first] = names;
  if (first === undefined) throw new TypeError(`variants by "${by}" need at least one group`);
  const rule = names.map((name) => `"${name}" (${groups[name].means})`).join(' or ');
  return field({ oneOf: names.map((name) => groups[name].group.schema) }, (value, path, found) => {
    const group = groupAt(value, path, found);
    const name = names.find((each) => each === group[by]);
    if (name !== undefined) return groups[name].group(value, path, found);

    found.push({
      path: inside(path, by),
      rule,
      value: seen(group[by]),
      remedy: `Write ${names.map((each) => `"${each}"`).join(' or ')}.`,
    });
    return groups[first].group({ ...group, [by]: first }, path, []);
  });
}

function groupAt(value: unknown, path: string, found: Problem[]): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  found.push({
    path: path || 'the file',
    rule: 'a group of settings',
    value: seen(value),
    remedy: 'Write { "name": value, … }.',
  });
  return {};
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
