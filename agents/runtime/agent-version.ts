/** Of this program, as `package.json` says; travels with every introduction. */
export const AGENT_VERSION = '0.1.0'
