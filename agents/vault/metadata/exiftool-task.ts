import exiftoolVendored from 'exiftool-vendored'

/**
 * One ExifTool command whose answer is the plain text of its standard output.
 *
 * The library's own `readRaw` adds a filter that runs Perl code for every value and a progress option;
 * with this task a stay-open process gets exactly the arguments given here.
 */
export class ExifToolTextTask extends exiftoolVendored.ExifToolTask<string> {
  constructor(args: string[]) {
    super(args, { ignoreMinorErrors: true })
  }

  protected parse(output: string, error?: Error): string {
    // What ExifTool says about a broken file is no failure; a full disk is.
    if (error !== undefined && /No space left|Disk quota/i.test(error.message)) throw error
    return output
  }
}
