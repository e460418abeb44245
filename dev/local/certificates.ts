/** Throw-away certificates: a real authority for real TLS with a verified name, made in memory in some 40 ms. */
import { KeyObject } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const keys = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

const dayMilliseconds = 24 * 3600 * 1000;

/** A server's certificate and its private key, both PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Fields of a certificate; by default it is valid for this machine, from yesterday until next week. */
export interface CertificateOptions {
  /** DNS names that it is valid for. @default ['localhost'] */
  readonly names?: readonly string[];
  /** IP addresses that it is valid for. @default ['127.0.0.1', '::1'] */
  readonly addresses?: readonly string[];
  /** @default one day ago, so that clocks may differ */
  readonly validFrom?: Date;
  /** A date in the past makes an expired certificate. @default in a week */
  readonly validUntil?: Date;
}

/** A certificate authority that exists only in this process. */
export interface CertificateAuthority {
  /** What a client trusts, PEM. */
  readonly certificate: string;
  /** A server certificate signed by this authority. */
  issue(options?: CertificateOptions): Promise<ServerCertificate>;
}

/** Makes a new authority; a client that trusts one does not trust another, so a second one plays the stranger. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const from = new Date(Date.now() - dayMilliseconds);
  const until = new Date(Date.now() + 7 * dayMilliseconds);
  const authority = await crypto.subtle.generateKey(keys, true, ['sign', 'verify']);
  const authorityCertificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Throw-away authority',
    keys: authority,
    signingAlgorithm,
    notBefore: from,
    notAfter: until,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      // Python 3.13 rejects certificates without the two key identifiers.
      await SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });

  return {
    certificate: authorityCertificate.toString('pem'),
    issue: async ({ names = ['localhost'], addresses = ['127.0.0.1', '::1'], validFrom, validUntil } = {}) => {
      const server = await crypto.subtle.generateKey(keys, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${names[0] ?? addresses[0] ?? 'none'}`,
        issuer: authorityCertificate.subject,
        publicKey: server.publicKey,
        signingKey: authority.privateKey,
        signingAlgorithm,
        notBefore: validFrom ?? from,
        notAfter: validUntil ?? until,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension([
            ...names.map((value) => ({ type: 'dns' as const, value })),
            ...addresses.map((value) => ({ type: 'ip' as const, value })),
          ]),
          await AuthorityKeyIdentifierExtension.create(authority.publicKey),
        ],
      });
      const key = KeyObject.from(server.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
      return { certificate: certificate.toString('pem'), key };
    },
  };
}
