import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { callApi } from '../api/call-api.ts'
import { tokensQuery } from '../api/queries.ts'
import { CopyText } from '../ui/copy-text.tsx'
import { sayError } from '../ui/say-error.ts'
import styles from './account.module.css'

const scopeWords = {
  user: 'It sees pictures, work and machines, and changes nothing that only an administrator may.',
  admin: 'It may do everything that you may, but make or revoke tokens.',
}

/** Makes a token and shows it: this once, because nobody has it afterwards. */
export function NewToken({ isAdmin, onClose }: { isAdmin: boolean; onClose: () => void }) {
  const queryClient = useQueryClient()
  const scopeId = useId()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<'admin' | 'user'>('user')
  const make = useMutation({
    mutationFn: () => callApi('createToken', { body: { name: name.trim(), scope } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey }),
    onError: sayError('No token was made'),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={make.data ? `Token “${make.data.name}”` : 'New token'}
      centered
      closeOnClickOutside={!make.data}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {make.data ? (
        <div className={styles.form}>
          <p className={styles.once}>
            Take it along now: it is not shown again. Whoever has it may do what it may.
          </p>
          <CopyText text={make.data.token} what="token" />
          <div className={styles.buttons}>
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() !== '') make.mutate()
          }}
        >
          <TextInput
            label="Name"
            description="What uses it, so that you know it again"
            placeholder="laptop"
            maxLength={64}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {isAdmin && (
            <div>
              <p className={styles.label} id={scopeId}>
                What it may do
              </p>
              <SegmentedControl
                aria-labelledby={scopeId}
                fullWidth
                size="sm"
                value={scope}
                onChange={(value) => setScope(value === 'admin' ? 'admin' : 'user')}
                data={[
                  { value: 'user', label: 'Look' },
                  { value: 'admin', label: 'All that you may' },
                ]}
              />
            </div>
          )}
          <p className={styles.once}>{scopeWords[scope]}</p>
          <div className={styles.buttons}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
              Make token
            </Button>
          </div>
        </form>
      )}
    </Modal>
  )
}
