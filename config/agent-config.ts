import { z } from 'zod'
import { OfferedCapability } from '../protocol/capability.ts'
import { Fingerprint, PublicKey } from '../protocol/introduction.ts'
import { PowerConfig } from './power-config.ts'
import { ProcessConfig } from './process-config.ts'
import { SourceConfig } from './source-config.ts'

/** What runs models: names of ONNX Runtime. */
export const ExecutionProvider = z.enum(['tensorrt', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'])
export type ExecutionProvider = z.infer<typeof ExecutionProvider>

/** An agent's process. It has the last word on its machine: what is not listed here is refused. */
export const AgentConfig = ProcessConfig.extend({
  name: z.string().min(1).max(64).describe('Shown on the dashboard'),
  coordinatorUrls: z
    .array(z.url())
    .min(1)
    .describe('Where coordinators answer; all of one house, any of them will do'),
  coordinator: z
    .object({
      house: PublicKey.nullable()
        .default(null)
        .describe('Public key of the house; null trusts whoever answers'),
      fingerprint: Fingerprint.nullable()
        .default(null)
        .describe(
          'SHA-256 of the certificate it must show, base64url; null asks the certificate authorities',
        ),
    })
    .prefault({})
    .describe('How this agent knows its coordinators; pairing finds it out'),
  stateFolder: z.string().min(1).describe('Private folder with this agent’s key'),
  capabilities: z.array(OfferedCapability).default([]).describe('What this machine offers'),
  roots: z.array(z.string().min(1)).default([]).describe('Folders this agent may read; PathName strings'),
  dataFolders: z.array(z.string().min(1)).default([]).describe('Hearth’s own folders, never scanned'),
  writeBack: z
    .boolean()
    .default(false)
    .describe('Sidecars may be written beside originals; a library must allow it as well'),
  maxFileBytes: z
    .int()
    .min(1)
    .default(1_099_511_627_776)
    .describe('Larger files are not read, whoever asks, in bytes'),
  sources: z
    .array(SourceConfig)
    .max(32)
    .default([])
    .describe(
      'How this agent reads originals on other machines, cheapest first; empty: through the coordinator',
    ),
  ingest: z
    .object({
      readers: z.int().min(1).max(64).default(2).describe('Files decoded at once, each in a child process'),
      memoryLimitBytes: z.int().min(268_435_456).default(1_073_741_824).describe('Per reader, in bytes'),
      imageTimeoutMs: z.int().min(1_000).default(30_000).describe('For the pictures of one image, in ms'),
      videoTimeoutMs: z.int().min(1_000).default(120_000).describe('For each run of ffmpeg, in ms'),
      ffmpegPath: z.string().nullable().default(null).describe('Path of ffmpeg; null looks in PATH'),
      ffprobePath: z.string().nullable().default(null).describe('Path of ffprobe; null looks in PATH'),
    })
    .prefault({}),
  sidecars: z
    .object({
      roots: z
        .array(z.string().min(1))
        .nullable()
        .default(null)
        .describe('Folders whose sidecars may be written; null: those that may be read; PathName strings'),
      mirrorRoots: z
        .array(z.string().min(1))
        .default([])
        .describe('Folders for the sidecars of libraries that must stay untouched; PathName strings'),
      keptVersionsFolder: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('For what sidecars were before they were written; null: in the state folder'),
      keep: z.int().min(1).max(1_000).default(20).describe('Versions kept of each sidecar, beside the first'),
    })
    .prefault({})
    .describe('Where sidecars go when `writeBack` allows it'),
  vision: z
    .object({
      modelsFolder: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Folder with the models; null: in the state folder'),
      providers: z
        .array(ExecutionProvider)
        .min(1)
        .default(['tensorrt', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'])
        .describe('Execution providers, best first; the first that passes its self-test is used'),
      threads: z
        .int()
        .min(0)
        .max(256)
        .default(0)
        .describe('Threads of a session on the processor; 0: as many as do most here, which is measured'),
      maxBatch: z.int().min(1).max(256).default(16).describe('Pictures run together at most'),
      memoryLimitBytes: z
        .int()
        .min(536_870_912)
        .default(4_294_967_296)
        .describe('Of the process that runs models, in bytes'),
      timeoutMs: z
        .int()
        .min(1_000)
        .default(60_000)
        .describe('For one run of a model, in ms; then its process is replaced'),
    })
    .prefault({})
    .describe('How this machine runs models'),
  power: PowerConfig.prefault({}).describe('When this machine works, sleeps, and makes room for people'),
  stallLimitMs: z
    .int()
    .min(10_000)
    .default(300_000)
    .describe(
      'An agent that is busy without a pause for so long is ended, so that it does not keep its jobs',
    ),
})
export type AgentConfig = z.output<typeof AgentConfig>
