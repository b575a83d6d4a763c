import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import tls from "node:tls"

import type { LoadedConfig } from "../config.ts"
import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"

/**
 * Makes loadctl and the k6 that it starts check the target's certificate as the file says. Go looks for authorities in
 * SSL_CERT_FILE, except on macOS, where the system's keychain has them.
 */
export function trustAsConfigured({ config, root }: LoadedConfig, { env }: Pick<Io, "env">): void {
  if (!config.tls) return
  const { ca, insecureSkipVerify } = config.tls
  if (insecureSkipVerify) {
    env["K6_INSECURE_SKIP_TLS_VERIFY"] = "true"
    env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"
  }
  if (ca === undefined) return
  const file = resolve(root, ca)
  env["SSL_CERT_FILE"] = file
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readCertificate(file)])
}

/** What helps where the certificate is the reason. */
export const TRUST_HINT =
  "tls: { ca: FILE.pem } in loadctl.yaml names the authority that signed its certificate."

/** Whether that is why a request was not answered, in Node's words, or OpenSSL's. */
export function isUntrusted(reason: string): boolean {
  return /certificate|self-signed|altnames/i.test(reason)
}

function readCertificate(file: string): string {
  const text = readText(file)
  if (!holdsCertificate(text))
    throw usageError(`tls.ca: ${file} holds no certificate.`, "It is a PEM file: -----BEGIN CERTIFICATE-----")
  return text
}

function holdsCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    throw usageError(`tls.ca: ${error instanceof Error ? error.message : String(error)}`)
  }
}
