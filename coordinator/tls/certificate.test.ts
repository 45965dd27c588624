import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { loadCertificate } from './load-certificate.ts'
import { makeCertificate, namesOfMachine } from './make-certificate.ts'
import { type CertificatePair, ServerCertificate } from './server-certificate.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'hearth-tls-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const make = () => makeCertificate({ dns: ['nas.local'], ip: ['192.0.2.7'] }, new Date())

/** A certificate of the owner's own on the disk. */
async function writeFiles(folder: string, pair: CertificatePair) {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  await writeFile(files.certFile, pair.cert)
  await writeFile(files.keyFile, pair.key)
  return files
}

test('a coordinator makes its certificate once, for its user alone, and keeps it', async () => {
  await using folder = await temporaryFolder()
  const config = { tls: 'selfSigned' as const, dataFolder: folder.path, host: '0.0.0.0' }
  const [first, second] = await Promise.all([loadCertificate(config), loadCertificate(config)])
  expect(first?.fingerprint).toMatch(/^[\w-]{43}$/)
  expect(second?.fingerprint).toBe(first?.fingerprint)
  expect((await loadCertificate(config))?.fingerprint).toBe(first?.fingerprint)
  expect(await readdir(join(folder.path, 'tls'))).toEqual(['self-signed.pem'])
  const { mode } = await stat(join(folder.path, 'tls', 'self-signed.pem'))
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600)
  expect(first?.channels).toEqual([first?.fingerprint])
})

test('it is good for every name and address of the machine, for twenty years', async () => {
  const now = new Date('2030-05-06T07:08:09Z')
  const interfaces = {
    eth0: [
      { address: '192.0.2.7', family: 'IPv4' as const, internal: false, netmask: '', mac: '', cidr: null },
      {
        address: 'fe80::1',
        family: 'IPv6' as const,
        internal: false,
        netmask: '',
        mac: '',
        cidr: null,
        scopeid: 2,
      },
    ],
  }
  const names = namesOfMachine('Nas.home', '0.0.0.0', interfaces)
  expect(names).toEqual({
    dns: ['localhost', 'nas.home', 'nas.local'],
    ip: ['127.0.0.1', '::1', '192.0.2.7'],
  })
  const { cert } = await makeCertificate(names, now)
  const certificate = new X509Certificate(cert)
  for (const name of names.dns) expect(certificate.checkHost(name), name).toBe(name)
  for (const address of names.ip) expect(certificate.checkIP(address), address).toBe(address)
  expect(certificate.checkHost('elsewhere.home')).toBeUndefined()
  expect(certificate.validFromDate.getTime()).toBeLessThan(now.getTime())
  expect(certificate.validToDate.getUTCFullYear()).toBe(2050)
  expect(certificate.ca).toBe(false)
})

test('a renewed certificate is taken without a restart, and one that does not fit its key is not', async () => {
  await using folder = await temporaryFolder()
  const [first, second] = await Promise.all([make(), make()])
  const certificate = await ServerCertificate.ofFiles(await writeFiles(folder.path, first))
  const before = certificate.fingerprint
  expect(certificate.channels).toEqual(['', before])
  const log: string[] = []
  const taken: CertificatePair[] = []
  const write = (line: string) => void log.push(JSON.parse(line).msg)
  certificate.watch(pino({}, { write }), (pair) => taken.push(pair), 20)
  try {
    await writeFile(join(folder.path, 'cert.pem'), second.cert)
    await expect.poll(() => log).toContain('the renewed certificate cannot be used; the one before stays')
    expect(certificate.fingerprint).toBe(before)
    expect(taken).toEqual([])
    await writeFile(join(folder.path, 'key.pem'), second.key)
    await expect.poll(() => taken).toEqual([second])
    expect(certificate.fingerprint).not.toBe(before)
  } finally {
    certificate.stop()
  }
})

test('files that are no certificate with its key are refused at the start, by name', async () => {
  await using folder = await temporaryFolder()
  const [pair, other] = await Promise.all([make(), make()])
  const files = await writeFiles(folder.path, { cert: pair.cert, key: other.key })
  const refusal = { code: 'bad_request', message: expect.stringContaining('key.pem') }
  await expect(ServerCertificate.ofFiles(files)).rejects.toMatchObject(refusal)
  const missing = { ...files, keyFile: join(folder.path, 'not-there', 'key.pem') }
  await expect(ServerCertificate.ofFiles(missing)).rejects.toMatchObject(refusal)
})
