/** SMB 2.0.2 is left out: it has no large reads, and nothing that speaks only that should be on a network today. */
export const dialects = { '2.1': 0x0210, '3.0': 0x0300, '3.0.2': 0x0302, '3.1.1': 0x0311 } as const
export type DialectName = keyof typeof dialects
export type Dialect = (typeof dialects)[DialectName]

/** All from `lowest` on, as they are offered. */
export function dialectsFrom(lowest: DialectName): Dialect[] {
  return Object.values(dialects).filter((dialect) => dialect >= dialects[lowest])
}

export function nameOfDialect(dialect: Dialect): DialectName {
  const [name] = Object.entries(dialects).find(([, value]) => value === dialect) as [DialectName, Dialect]
  return name
}

export function isDialect(value: number): value is Dialect {
  return (Object.values(dialects) as number[]).includes(value)
}
