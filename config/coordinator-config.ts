import { z } from 'zod'
import { ProcessConfig } from './process-config.ts'

/** The coordinator's process. */
export const CoordinatorConfig = ProcessConfig.extend({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for the whole network'),
  port: z.int().min(0).max(65_535).default(8470).describe('TCP port; 0 takes a free one'),
  tls: z
    .union([
      z.literal('off'),
      z.literal('selfSigned'),
      z.object({
        certFile: z.string().min(1).describe('Certificate with its chain, PEM'),
        keyFile: z.string().min(1).describe('Its private key, PEM, without a password'),
      }),
    ])
    .default('off')
    .describe(
      'off: plain HTTP. selfSigned: a certificate made once and kept in the data folder, which agents pin. Or the PEM files of your own, read again when they are renewed',
    ),
  joinRequests: z
    .boolean()
    .default(true)
    .describe(
      'Agents may ask to be let in without a code, and find this coordinator on the local network by mDNS unless it listens on loopback only',
    ),
  database: z
    .union([
      z.object({
        url: z
          .string()
          .min(1)
          .describe('Postgres server with pgvector and ltree: postgres://user:password@host/database')
          .meta({ secret: true, environment: 'DATABASE_URL' }),
      }),
      z.object({
        socketFolder: z.string().min(1).describe('Socket folder of the embedded database, instead of a url'),
      }),
    ])
    .describe('A Postgres server, or the socket folder of the embedded database'),
  dataFolder: z.string().min(1).describe('Where derived files are kept'),
  backupsFolder: z.string().nullable().default(null).describe('Where backups are kept; null: there are none'),
  backupBeforeUpgrade: z
    .boolean()
    .default(true)
    .describe('Make a backup of the database of a server before migrations change it'),
  webFolder: z.string().nullable().default(null).describe('The built web app; null serves the API alone'),
  modelsFolder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder of models whose text towers answer searches on this machine; null: workers answer'),
  publicOrigins: z
    .array(z.url())
    .default([])
    .describe('Origins under which browsers reach this server when a proxy stands before it'),
  admin: z
    .object({
      name: z.string().min(1).max(64).describe('Name of the first administrator, made once'),
      passwordFile: z.string().min(1).describe('File with the password of the first administrator'),
    })
    .nullable()
    .default(null)
    .describe('First administrator, made once if no account of this name exists'),
  enrolledAgents: z
    .array(z.object({ name: z.string().min(1).max(64), publicKey: z.base64url().length(43) }))
    .default([])
    .describe('Agents on this machine whose keys npm start has made'),
  libraries: z
    .array(z.object({ root: z.string().min(1), agent: z.string() }))
    .default([])
    .describe('Folders to add as libraries at start, each of an enrolled agent; PathName strings'),
  leaseTtlMs: z.int().min(2_000).default(30_000).describe('How long an agent may go without renewing, in ms'),
  url: z
    .url()
    .nullable()
    .default(null)
    .describe('Where other coordinators on the same database reach this one; null: this host and port'),
  keepDays: z
    .object({
      done: z.int().min(1).default(7).describe('Jobs that are done or cancelled, with history and log'),
      dead: z.int().min(1).default(90).describe('Jobs that failed for good'),
    })
    .prefault({})
    .describe('How many days ended jobs are kept'),
  scanOnStart: z.boolean().default(true).describe('Scan every library when the process starts'),
})
export type CoordinatorConfig = z.output<typeof CoordinatorConfig>
