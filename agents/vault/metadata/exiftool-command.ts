import { dirname } from 'node:path'
import exiftoolVendored from 'exiftool-vendored'
import type { Command } from '../../cage/cage.ts'

/** How ExifTool is started: a program and the arguments that come before ExifTool's own. */
export type ExifToolCommand = Command & {
  /** The folder with its code. */
  folder: string
}

export const USUAL_PERL = '/usr/bin/perl'

/**
 * The command that runs ExifTool.
 *
 * The one that comes with Hearth is a Perl script except on Windows; it is started through Perl rather
 * than by itself, because Perl is not in the usual place everywhere.
 */
export async function findExifToolCommand(options: {
  exiftoolPath?: string
  perlPath?: string
}): Promise<ExifToolCommand> {
  if (options.exiftoolPath !== undefined)
    return { file: options.exiftoolPath, args: [], folder: dirname(options.exiftoolPath) }
  const script = await exiftoolVendored.exiftoolPath()
  if (process.platform === 'win32') return { file: script, args: [], folder: dirname(script) }
  return { file: options.perlPath ?? USUAL_PERL, args: [script], folder: dirname(script) }
}
