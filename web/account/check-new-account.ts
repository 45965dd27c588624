import { routes } from '../../protocol/api/routes.ts'

export type NewAccount = { name: string; password: string; repeated: string }
export type AccountFaults = Partial<Record<keyof NewAccount, string>>

/** What is wrong with a new account, field by field, by the same schema as on the server. */
export function checkNewAccount({ name, password, repeated }: NewAccount): AccountFaults {
  const faults: AccountFaults = {}
  const parsed = routes.createSetup.body.safeParse({ token: '', name, password })
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.path[0] === 'name') faults.name = name.trim() === '' ? 'Choose a name' : 'The name is too long'
    if (issue.path[0] === 'password') faults.password = `The password ${issue.message}`
  }
  if (!faults.password && password !== repeated) faults.repeated = 'The two passwords differ'
  return faults
}
