/** What a long step is at, several times a second at most from each table. */
export type Progress = { step: 'copy' | 'read' | 'check' | 'load' | 'compare'; table?: string; rows?: number }
export type OnProgress = (progress: Progress) => void
