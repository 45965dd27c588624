import { runBriefly } from './run-briefly.ts'

/** One way of asking a system how long nobody has touched it. */
type Question = {
  argv: readonly string[]
  /** In ms; null when the answer says nothing. */
  parse: (text: string, nowMs: number) => number | null
}

const logind = ['org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager']

/** Asked in order, until one answers. */
export const questions: Partial<Record<NodeJS.Platform, readonly Question[]>> = {
  linux: [
    { argv: ['busctl', 'get-property', ...logind, 'IdleHint', 'IdleSinceHint'], parse: parseIdleHint },
    { argv: ['xprintidle'], parse: (text) => wholeNumber(text) },
  ],
  darwin: [{ argv: ['ioreg', '-c', 'IOHIDSystem', '-d', '4'], parse: parseHidIdleTime }],
  win32: [
    {
      argv: [
        'powershell',
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `Add-Type '${[
          'using System; using System.Runtime.InteropServices;',
          'public static class Idle {',
          '  struct Info { public uint Size; public uint Time; }',
          '  [DllImport("user32.dll")] static extern bool GetLastInputInfo(ref Info info);',
          '  public static uint Ms() { var i = new Info(); i.Size = 8; GetLastInputInfo(ref i);',
          '    return unchecked((uint)Environment.TickCount - i.Time); } }',
        ].join(' ')}'; [Idle]::Ms()`,
      ],
      parse: (text) => wholeNumber(text),
    },
  ],
}

/** How long nobody has touched keyboard or mouse, in ms; null where that cannot be found out. */
export async function readInputIdle(
  searchPath: string,
  platform: NodeJS.Platform = process.platform,
): Promise<number | null> {
  for (const { argv, parse } of questions[platform] ?? []) {
    const text = await runBriefly(argv, searchPath)
    const idleMs = text === null ? null : parse(text, Date.now())
    if (idleMs !== null) return idleMs
  }
  return null
}

/** `b true` and `t 1700000000000000`: since then, in µs; while not idle the time says nothing. */
function parseIdleHint(text: string, nowMs: number): number | null {
  const [, isIdle, sinceUs] = /^b (true|false)\s+t (\d+)\s*$/.exec(text) ?? []
  if (isIdle === undefined || sinceUs === undefined) return null
  if (isIdle === 'false') return 0
  return Number(sinceUs) === 0 ? null : Math.max(0, nowMs - Number(sinceUs) / 1_000)
}

function parseHidIdleTime(text: string): number | null {
  const ns = /"HIDIdleTime"\s*=\s*(\d+)/.exec(text)?.[1]
  return ns === undefined ? null : Number(ns) / 1e6
}

function wholeNumber(text: string): number | null {
  return /^\d+\s*$/.test(text) ? Number(text) : null
}
