/** A signed-in caller of a real Hearth's API. */
export class ApiClient {
  readonly #url: string
  #cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  async setUp(token: string): Promise<void> {
    await this.post('/api/setup', { token, name: 'owner', password: 'a long password' })
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.post('/api/session', { name, password })
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.fetch(path)).json()) as T
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('POST', path, body)
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('PATCH', path, body)
  }

  /** @throws Error with what the server said when the answer is not a success */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('origin', this.#url)
    if (this.#cookie) headers.set('cookie', this.#cookie)
    const response = await fetch(this.#url + path, { ...init, headers })
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
    if (cookie) this.#cookie = cookie
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  async #send<T>(method: string, path: string, body: unknown): Promise<T> {
    const response = await this.fetch(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    return (await response.json()) as T
  }
}
