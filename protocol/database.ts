import { z } from 'zod'

/** Pictures and videos up to which the embedded database is recommended. */
export const EMBEDDED_ASSETS = 200_000

/** The one sentence on when to leave the embedded database; for the first page and for advice. */
export const WHEN_TO_MOVE =
  'The embedded database suits one machine and up to about 200,000 pictures and videos; for more, or for several coordinators, move to a Postgres server with “hearth database move”.'

export const DatabaseAdvice = z.object({
  about: z.enum(['damage', 'disk', 'memory', 'log', 'backup', 'latency', 'check', 'move']),
  /** `urgent`: something may be lost. `warning`: it works, and will not for ever. `hint`: may wait. */
  severity: z.enum(['urgent', 'warning', 'hint']),
  sentence: z.string(),
})
export type DatabaseAdvice = z.infer<typeof DatabaseAdvice>

/** Something in the database that is not what was written. */
export const DatabaseDamage = z.object({
  /** `table asset`, `index asset_timeline`, or `the database` where that is not known. */
  object: z.string(),
  /** In the words of Postgres. */
  message: z.string(),
  seenAt: z.iso.datetime(),
})
export type DatabaseDamage = z.infer<typeof DatabaseDamage>

/** What is known about the database; null is what cannot be known, mostly because this user may not ask. */
export const DatabaseFacts = z.object({
  engine: z.enum(['embedded', 'server']),
  /** Of Postgres: `18.3`. */
  version: z.string(),
  /** A folder, or host, port and name; never a password. */
  place: z.string(),
  /** When Hearth's tables were made. */
  since: z.iso.datetime(),
  assets: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  /** Of the write-ahead log, which grows until a checkpoint. */
  walBytes: z.int().nonnegative().nullable(),
  lastCheckpointAt: z.iso.datetime().nullable(),
  /** Of the embedded database's process, which cannot have more than 2 GB. */
  memoryBytes: z.int().nonnegative().nullable(),
  /** To this database; null on the embedded one, whose clients take turns in one session. */
  connections: z.object({ used: z.int(), most: z.int() }).nullable(),
  /** Of `select 1`, waiting for a connection included, over the last `minutes`. */
  latency: z.object({
    p50Ms: z.number().nonnegative(),
    p99Ms: z.number().nonnegative(),
    measured: z.int().nonnegative(),
    /** Times that no answer came. */
    failed: z.int().nonnegative(),
    minutes: z.number().positive(),
  }),
  /** The disk of the data folder, where an embedded database lies as well. */
  disk: z.object({ freeBytes: z.int(), totalBytes: z.int() }).nullable(),
  /** Null where this Hearth makes none. */
  backup: z
    .object({
      /** Verified: restored into a scratch database before it counted. */
      lastSuccess: z.object({ at: z.iso.datetime(), sizeBytes: z.int(), path: z.string() }).nullable(),
      lastFailure: z.object({ at: z.iso.datetime(), message: z.string(), count: z.int() }).nullable(),
    })
    .nullable(),
  /** The last look for damage that was finished. */
  check: z
    .object({
      at: z.iso.datetime(),
      /** `none`: nothing on this server can look for damage. */
      method: z.enum(['amcheck', 'checksums', 'none']),
      /** Tables and indexes that were read whole. */
      objects: z.int(),
    })
    .nullable(),
  damage: z.array(DatabaseDamage),
})
export type DatabaseFacts = z.infer<typeof DatabaseFacts>

/** A database that does not answer cannot be asked who wants to know: then the answer is the error `unavailable`. */
export const DatabaseView = z
  .object({
    state: z.enum(['well', 'attention', 'damaged']),
    /** The state in words. */
    sentence: z.string(),
    /** What to do, most urgent first; for administrators. */
    advice: z.array(DatabaseAdvice),
    /** For administrators. */
    facts: DatabaseFacts.nullable(),
  })
  .meta({ id: 'Database' })
export type DatabaseView = z.infer<typeof DatabaseView>
