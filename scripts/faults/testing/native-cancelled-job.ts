import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CoordinatorHttp } from '../../../agents/runtime/coordinator-http.ts'
import type { DerivedBytes } from '../../../agents/runtime/job-handler.ts'
import { RecordingContext } from '../../../agents/vault/testing/job-context.ts'

/** The context of a job that will be cancelled. */
export class CancelledContext extends RecordingContext {
  readonly #stop: AbortController

  constructor(stop = new AbortController()) {
    super(stop.signal)
    this.#stop = stop
  }

  cancel(): void {
    this.#stop.abort(new Error('cancelled'))
  }
}

/** A job whose pictures go to a coordinator that takes every request and answers none. */
export class UnansweredContext extends CancelledContext {
  readonly #server = createServer()
  #http: CoordinatorHttp | undefined

  /** Resolves when the coordinator has been asked something. */
  async asked(): Promise<void> {
    await once(this.#server, 'request')
  }

  override async storeDerived(files: readonly DerivedBytes[]): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#http = new CoordinatorHttp()
    this.#http.setSession(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`, 'token')
    await this.#http.storeDerived(files, this.signal)
  }

  override cancel(): void {
    super.cancel()
    this.#http?.close()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** A job whose coordinator never answers a part of a scan. */
export class UnansweredScanContext extends CancelledContext {
  readonly #sent = Promise.withResolvers<void>()

  asked(): Promise<void> {
    return this.#sent.promise
  }

  override sendChunk(): Promise<unknown> {
    this.#sent.resolve()
    return new Promise(() => {})
  }
}
