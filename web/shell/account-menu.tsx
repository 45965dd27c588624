import { Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { IconEye, IconKeyboard, IconLogout, IconUser } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { callApi } from '../api/call-api.ts'
import { useSession } from '../api/use-session.ts'
import { sayError } from '../ui/say-error.ts'
import styles from './shell.module.css'

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const session = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = useMutation({
    mutationFn: () => callApi('deleteSession'),
    // A fresh page holds nothing of the one who has left.
    onSuccess: () => location.assign('/login'),
    onError: sayError('Not signed out'),
  })
  if (!session) return null

  return (
    <Menu position="bottom-end" width={248} shadow="md" radius="md">
      <Menu.Target>
        <button type="button" className={styles.account} aria-label={`Account of ${session.name}`}>
          {session.name.slice(0, 1).toUpperCase()}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.name} · {session.role === 'admin' ? 'administrator' : 'member'}
        </Menu.Label>
        <SegmentedControl
          aria-label="Colours of the page"
          fullWidth
          size="xs"
          m={8}
          w="auto"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={18} stroke={1.6} />}>
          Account
        </Menu.Item>
        <Menu.Item component={Link} to="/understanding" leftSection={<IconEye size={18} stroke={1.6} />}>
          Understanding
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={18} stroke={1.6} />} onClick={onShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={18} stroke={1.6} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
