const ownKeys =
  'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], [data-keeps-keys]'

/** Whether a key belongs to a field, a menu or a question on the page, and so means nothing else. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as Element | null
  if (target?.closest?.(ownKeys)) return true
  return document.querySelector('.mantine-Modal-content, .mantine-Drawer-content') !== null
}
