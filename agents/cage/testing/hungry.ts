/** Holds as many bytes as it is told, says so, and stays, whoever lets go of it. */
const held = Buffer.alloc(Number(process.argv[2]), 1)
process.on('disconnect', () => undefined)
setInterval(() => undefined, 1_000)
process.send?.({ held: held.length })
