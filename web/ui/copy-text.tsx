import { Button } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import styles from './copy-text.module.css'

const THANKS_MS = 2_000

/** Text to take along, and a button that puts it on the clipboard. */
export function CopyText({ text, what }: { text: string; what: string }) {
  const place = useRef<HTMLElement>(null)
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), THANKS_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => setCopied(await copyText(text, place.current))
  return (
    <div className={styles.box}>
      <code ref={place}>{text}</code>
      <Button
        size="xs"
        variant="default"
        onClick={() => void copy()}
        aria-label={`Copy the ${what}`}
        leftSection={
          isCopied ? (
            <IconCheck size={14} stroke={1.8} aria-hidden="true" />
          ) : (
            <IconCopy size={14} stroke={1.8} aria-hidden="true" />
          )
        }
      >
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}

/** Pages without TLS have no clipboard: there the text is selected and copied as by hand. */
async function copyText(text: string, place: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (!place) return false
    getSelection()?.selectAllChildren(place)
    return document.execCommand('copy')
  }
}
