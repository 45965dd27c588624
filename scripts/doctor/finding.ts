/** What one look at a machine found. */
export type Finding = {
  name: string
  /** `warn`: works, but worse than it could. `fail`: something does not work. */
  result: 'ok' | 'warn' | 'fail'
  /** What is there. */
  found: string
  /** What to do, where there is something to do. */
  advice?: string
}

/** The machine that is looked at. Folders may not exist. */
export type Patient = {
  /** Hearth's data folder: of a coordinator, or of everything. */
  data: string
  /** An agent's own folder. */
  state: string
  /** As in PATH. */
  searchPath: string
  platform: NodeJS.Platform
  /** A Postgres server that the environment names. */
  databaseUrl: string | undefined
}

/** Empty when there is nothing to look at on this machine. Never throws for what it looks at. */
export type Check = (patient: Patient) => Promise<Finding[]>
