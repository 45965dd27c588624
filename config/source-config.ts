import { z } from 'zod'

const library = z
  .string()
  .min(1)
  .describe('Library root on its vault, or a folder above it, by whole segments: /volume1/photos')

/** One way for an agent to read originals that lie on another machine. */
export const SourceConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('path'),
    library,
    path: z.string().min(1).describe('Where the same folder is mounted on this machine'),
  }),
  z
    .strictObject({
      kind: z.literal('smb'),
      library,
      address: z.string().min(1).describe('smb://host[:port]/share[/folder], without user or password'),
      user: z.string().max(256).default('').describe('Account on the server'),
      domain: z.string().max(256).default('').describe('Windows domain of the account; empty for a NAS'),
      passwordFile: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('File with the password, readable by this user only'),
      minDialect: z
        .enum(['2.1', '3.0', '3.0.2', '3.1.1'])
        .default('2.1')
        .describe('Oldest SMB that is spoken; older servers are refused'),
      signing: z
        .enum(['required', 'off'])
        .default('required')
        .describe('off reads a little faster, and lets anybody on the network change what is read'),
      encryption: z
        .enum(['required', 'server'])
        .default('server')
        .describe('server: encrypted when the server demands it; required: refused without'),
      allowGuest: z
        .boolean()
        .default(false)
        .describe('Be let in without a proof of who is who; needs signing off'),
    })
    .refine(({ allowGuest, signing }) => !allowGuest || signing === 'off', {
      path: ['allowGuest'],
      message: 'a guest has no key to sign with: set signing to off as well, or give user and passwordFile',
    })
    .refine(({ allowGuest, user, passwordFile }) => allowGuest || (user !== '' && passwordFile !== null), {
      path: ['user'],
      message: 'give user and passwordFile',
    }),
  z.strictObject({
    kind: z.literal('relay'),
    library: library.default('').describe('Only libraries below this folder; empty: all'),
  }),
])
export type SourceConfig = z.output<typeof SourceConfig>
export type SmbSourceConfig = Extract<SourceConfig, { kind: 'smb' }>
