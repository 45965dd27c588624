import type { Family } from '../families/family.ts'

type OfRole<R extends Family['role']> = Extract<Family, { role: R }>

/** Opens a part with a family of which the test knows the role. */
export function openPart<R extends Family['role']>(
  family: Family,
  role: R,
  loaded: Parameters<OfRole<R>['open']>[0],
): ReturnType<OfRole<R>['open']> {
  if (family.role !== role) throw new Error(`${family.name} is a ${family.role}`)
  return family.open(loaded as never) as ReturnType<OfRole<R>['open']>
}
