/** The versions of secrets and their labels, with the rules of Secrets Manager; no network. */
import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-json-server';

export interface StoredVersion {
  readonly id: string;
  readonly labels: Set<string>;
  /** Nothing before a rotation has written it. */
  secretString?: string;
  /** Seconds since 1970. */
  createdSeconds: number;
}

/** One secret. */
export class StoredSecret {
  rotationEnabled = false;
  lastRotatedSeconds: number | undefined;
  private readonly versions = new Map<string, StoredVersion>();
  private lastSeconds = 0;

  constructor(readonly arn: string) {}

  /** A complete ARN ends in `:<name>-<six characters>`. */
  get name(): string {
    return this.arn.replace(/^.*:secret:/, '').replace(/-.{6}$/, '');
  }

  /** Versions without a label are deprecated: DescribeSecret does not show them. */
  get labels(): Record<string, string[]> {
    const labelled = [...this.versions.values()].filter(({ labels }) => labels.size > 0);
    return Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels]]));
  }

  holderOf(label: string): StoredVersion | undefined {
    return [...this.versions.values()].find(({ labels }) => labels.has(label));
  }

  /** The version that both describe, where both are given. */
  find(id: string | undefined, label: string | undefined): StoredVersion & { secretString: string } {
    const version = id === undefined ? this.holderOf(label ?? 'AWSCURRENT') : this.versions.get(id);
    if (version?.secretString === undefined || (label !== undefined && !version.labels.has(label))) {
      const asked = id === undefined ? `staging label: ${label ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${asked}`,
      );
    }
    return version as StoredVersion & { secretString: string };
  }

  put(secretString: string, id: string = randomUUID(), labels: readonly string[] = ['AWSCURRENT']): StoredVersion {
    const version = this.versions.get(id) ?? this.addEmpty(id);
    if (version.secretString !== undefined && version.secretString !== secretString) {
      throw new AwsError('ResourceExistsException', `a version with the token ${id} has another value already`);
    }
    if (version.secretString === undefined) version.createdSeconds = this.nowSeconds();
    version.secretString = secretString;
    for (const label of labels) this.attach(label, version);
    return version;
  }

  move(label: string, to: string | undefined, from: string | undefined): void {
    const holder = this.holderOf(label);
    const target = to === undefined ? undefined : this.versions.get(to);
    if (to !== undefined && target === undefined) throw new AwsError('ResourceNotFoundException', `no version ${to}`);
    if (holder !== undefined && holder !== target && holder.id !== from) {
      const message = `${label} is attached to version ${holder.id}: reference it in RemoveFromVersionId`;
      throw new AwsError('InvalidParameterException', message);
    }
    holder?.labels.delete(label);
    if (target !== undefined) this.attach(label, target, holder);
  }

  /** What RotateSecret does before the first step: a version without a value, labelled AWSPENDING. */
  beginRotation(id: string): void {
    const pending = this.holderOf('AWSPENDING');
    if (pending !== undefined && pending.id !== id && !pending.labels.has('AWSCURRENT')) {
      throw new AwsError('InvalidRequestException', 'a previous rotation is not complete');
    }
    this.rotationEnabled = true;
    this.attach('AWSPENDING', this.versions.get(id) ?? this.addEmpty(id));
  }

  endRotation(id: string): void {
    if (this.holderOf('AWSCURRENT')?.id !== id)
      throw new Error(`the rotation to ${id} ended, but it is not AWSCURRENT`);
    this.lastRotatedSeconds = this.nowSeconds();
  }

  private attach(label: string, version: StoredVersion, from = this.holderOf(label)): void {
    from?.labels.delete(label);
    version.labels.add(label);
    if (label !== 'AWSCURRENT' || from === undefined || from === version) return;
    version.labels.delete('AWSPREVIOUS');
    this.attach('AWSPREVIOUS', from);
  }

  private addEmpty(id: string): StoredVersion {
    const version: StoredVersion = { id, labels: new Set(), createdSeconds: this.nowSeconds() };
    this.versions.set(id, version);
    return version;
  }

  /** No two versions of one moment: their order is asked for. */
  private nowSeconds(): number {
    return (this.lastSeconds = Math.max(Date.now() / 1000, this.lastSeconds + 0.001));
  }
}
