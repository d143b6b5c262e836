// A real mail server (aiosmtpd) that keeps what comes: `await openMailbox()` → {port, mails, close}.
// Each mail: {to, subject, text, html}. Without python3-aiosmtpd the answer is null.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const kServer = `
import asyncio, email, email.policy, json, sys
from aiosmtpd.controller import Controller

class Postman:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (lambda body: body.get_content() if body else "")(mail.get_body((kind,)))
        print(json.dumps({"to": envelope.rcpt_tos[0], "subject": mail["subject"], "text": part("plain"), "html": part("html")}), flush=True)
        return "250 taken"

controller = Controller(Postman(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
sys.stdin.read()
`

/** A port that is free now. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer()
    server.on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

export async function openMailbox() {
  const port = await freePort()
  const process = spawn('/usr/bin/python3', ['-W', 'ignore', '-c', kServer, String(port)], { stdio: ['pipe', 'pipe', 'ignore'] })
  const mails = []
  const ready = await new Promise((done) => {
    process.once('exit', () => done(false))
    process.once('error', () => done(false))
    createInterface({ input: process.stdout }).on('line', (line) => {
      if (line === 'ready') done(true)
      else mails.push(JSON.parse(line))
    })
  })
  return ready ? { port, mails, close: () => process.stdin.end() } : null
}
