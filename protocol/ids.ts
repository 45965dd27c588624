import { z } from 'zod'

/** Row ids are integers of the database; they stay below 2^53. */
const Id = z.int().positive()

export const AccountId = Id
export const AgentId = Id
export const LibraryId = Id
export const ScanId = Id
export const AssetId = Id
export const AssetFileId = Id
export const DetectionId = Id
export const JobId = Id

/** SHA-256 as 64 lower-case hexadecimal digits: the name of a content. */
export const ContentHash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')
