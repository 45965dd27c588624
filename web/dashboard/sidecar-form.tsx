import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { SidecarNaming, WriteBackPolicy } from '../../protocol/edits.ts'
import type { LibraryView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { librariesQuery, WRITE_BACKS_KEY } from '../api/queries.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import { describePolicy } from './describe-policy.ts'
import styles from './power.module.css'
import own from './sidecar-form.module.css'

const MAX_QUIET_S = 86_400

/** What may be written for a library, with sentences that say what that does to files. */
export function SidecarForm({ library, onSaved }: { library: LibraryView; onSaved: () => void }) {
  const queryClient = useQueryClient()
  const [policy, setPolicy] = useState<WriteBackPolicy>(library.writeBack)
  const [quietS, setQuietS] = useState(String(library.writeBack.quietMs / 1_000))
  const [mirror, setMirror] = useState(library.writeBack.mirrorRoot ?? '')
  const quiet = Number(quietS)
  const isQuietWrong = quietS.trim() === '' || !(quiet >= 0 && quiet <= MAX_QUIET_S)
  const wanted: WriteBackPolicy = {
    ...policy,
    quietMs: isQuietWrong ? policy.quietMs : Math.round(quiet * 1_000),
    mirrorRoot: mirror.trim() === '' ? null : mirror.trim(),
  }
  const save = useMutation({
    mutationFn: () => callApi('updateLibrary', { params: { id: library.id }, body: { writeBack: wanted } }),
    onSuccess: async () => {
      sayDone('Saved.')
      onSaved()
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: librariesQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: WRITE_BACKS_KEY }),
      ])
    },
    onError: sayError(`“${library.name}” could not be changed`),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isQuietWrong) save.mutate()
  }
  return (
    <form className={styles.section} onSubmit={submit}>
      <NativeSelect
        label="What people enter"
        value={policy.mode}
        onChange={(event) =>
          setPolicy({ ...policy, mode: event.currentTarget.value as WriteBackPolicy['mode'] })
        }
        data={[
          { value: 'off', label: 'is kept in Hearth only' },
          { value: 'sidecar', label: 'is also written to sidecars' },
        ]}
      />
      {policy.mode === 'sidecar' && (
        <>
          <NativeSelect
            label="Before it is written"
            value={policy.approval ? 'approval' : 'none'}
            onChange={(event) => setPolicy({ ...policy, approval: event.currentTarget.value === 'approval' })}
            data={[
              { value: 'none', label: 'nobody is asked' },
              { value: 'approval', label: 'an administrator lets it be written' },
            ]}
          />
          <TextInput
            label="Quiet time (s)"
            description="Edits within this time of each other become one write."
            inputMode="numeric"
            value={quietS}
            error={isQuietWrong ? 'A number of seconds is needed, a day at most' : undefined}
            onChange={(event) => setQuietS(event.currentTarget.value)}
          />
          <NativeSelect
            label="Name of a new sidecar"
            value={policy.naming}
            onChange={(event) => setPolicy({ ...policy, naming: event.currentTarget.value as SidecarNaming })}
            data={[
              { value: 'existing', label: 'as the one that is there, else IMG_1.jpg.xmp' },
              { value: 'full', label: 'IMG_1.jpg.xmp (darktable, digiKam, Immich)' },
              { value: 'base', label: 'IMG_1.xmp (Lightroom)' },
            ]}
          />
          <TextInput
            label="Another folder for sidecars"
            description="Optional: a folder on the computer with the pictures. The library itself then stays untouched."
            placeholder="/srv/sidecars"
            value={mirror}
            autoComplete="off"
            onChange={(event) => setMirror(event.currentTarget.value)}
          />
        </>
      )}
      <div className={own.means}>
        <h3>What this does to your files</h3>
        <ul>
          {describePolicy(wanted, library.root).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
      <Button type="submit" size="sm" className={styles.save} loading={save.isPending}>
        Save
      </Button>
    </form>
  )
}
