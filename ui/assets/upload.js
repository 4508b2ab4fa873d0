// Upload box: files go to the server in pieces, from a queue that outlives a rerun and goes on after a lost connection.
// One queue per kind of file lives on the window, so leaving the page inside the app does not stop it.
const PIECE = 4 * 1024 * 1024, AT_ONCE = 3, TRIES_S = [1, 2, 4, 8, 15, 30]
const queues = (window.vitrineUploads ||= {})

function hash(text, seed) { // cyrb53: names a file by name, size and time of change; no secret hangs on it
  let a = 0xdeadbeef ^ seed, b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 2654435761); b = Math.imul(b ^ c, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(16).padStart(14, '0').slice(0, 14)
}
const idOf = (file, name) => { const t = `${name}|${file.size}|${file.lastModified}`; return hash(t, 1) + hash(t, 2) }
const pause = s => new Promise(done => setTimeout(done, 1000 * s))
const mega = bytes => bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + ' KB'
  : bytes < 1e9 ? (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0) + ' MB' : (bytes / 1e9).toFixed(2) + ' GB'
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

function makeQueue(kind) {
  const key = 'vitrine-upload:' + kind
  const q = { kind, token: '', waiting: [], running: 0, total: 0, sent: 0, base: 0, files: 0, done: 0, refused: [], lost: false,
    stopped: new Set(), began: 0, held: [], view: null, key }
  q.draw = () => q.view?.draw()
  q.ask = (method, path, body) => fetch('/uploads' + path, { method, body, headers: { 'X-Upload-Token': q.token } })
  return q
}

async function sendPiece(q, job) {
  const { file, name, id } = job
  const query = `?name=${encodeURIComponent(name)}&size=${file.size}&offset=${job.offset}`
  const answer = await q.ask('PUT', `/${id}${query}`, file.slice(job.offset, job.offset + PIECE))
  const said = await answer.json().catch(() => ({}))
  if (answer.ok || (answer.status === 409 && said.received !== undefined)) {
    q.sent += said.received - job.offset; job.offset = said.received
    return
  }
  if (answer.status === 423 || answer.status >= 500 && answer.status !== 507) throw new Error('busy')
  const refusal = new Error(said.message || String(answer.status))
  refusal.final = true
  throw refusal
}

async function sendFile(q, job) {
  let tries = 0
  do { // an empty file is sent once, too
    if (q.stopped.has(job)) return
    try {
      await sendPiece(q, job)
      tries = 0; q.lost = false
    } catch (error) {
      if (error.final) { q.refused.push({ name: job.name, why: error.message }); q.total -= job.file.size; q.sent -= job.offset; q.files--; q.draw(); return }
      q.lost = true; q.draw()
      await pause(TRIES_S[Math.min(tries++, TRIES_S.length - 1)]) // a piece that half arrived is answered with where to go on
      continue
    }
    q.draw()
  } while (job.offset < job.file.size)
  q.done++
}

async function work(q) {
  if (q.running >= AT_ONCE) return
  q.running++
  while (q.waiting.length) { await sendFile(q, q.waiting.shift()); q.draw() }
  q.running--
  if (q.running === 0 && q.files) finish(q)
}

function finish(q) {
  const count = q.done
  Object.assign(q, { total: 0, sent: 0, base: 0, files: 0, done: 0, lost: false, held: [] })
  q.stopped.clear(); q.draw()
  q.view?.say(fill(q.view.words.arrived, { n: count }))
  q.view?.finished(count)
}

async function add(q, found) {
  if (!found.length) return
  sessionStorage.setItem(q.key, q.token)
  const held = new Map((await listed(q)).map(f => [f.id, f]))
  if (!q.files) q.began = performance.now()
  q.refused = []
  for (const [file, name] of found) {
    if (file.size > q.view.limits.file) {
      q.refused.push({ name, why: fill(q.view.words.large, { size: mega(file.size), limit: mega(q.view.limits.file) }) }); continue
    }
    if (!q.view.limits.endings.some(e => name.toLowerCase().endsWith(e))) {
      q.refused.push({ name, why: q.view.words.kind }); continue
    }
    const id = idOf(file, name), offset = held.get(id)?.received || 0
    q.files++; q.total += file.size; q.sent += offset; q.base += offset
    if (held.has(id) && offset === file.size) { q.done++; continue }
    q.waiting.push({ file, name, id, offset })
  }
  q.draw()
  if (q.files && !q.waiting.length && !q.running) finish(q)
  for (let n = 0; n < AT_ONCE && q.waiting.length; n++) work(q)
}

async function listed(q) {
  try {
    const answer = await q.ask('GET', '')
    return answer.ok ? (await answer.json()).files : []
  } catch { return [] }
}

async function cancel(q) {
  const open = q.waiting.splice(0)
  open.forEach(job => q.stopped.add(job))
  Object.assign(q, { total: 0, sent: 0, base: 0, files: 0, done: 0, refused: [], held: [] })
  for (const file of await listed(q)) if (file.received < file.size) await q.ask('DELETE', '/' + file.id).catch(() => null)
  q.draw(); q.view?.finished(0)
}

async function walk(entry, prefix, out) { // a folder that was dropped
  if (entry.isFile) return new Promise(done => entry.file(f => { out.push([f, prefix + f.name]); done() }, done))
  const reader = entry.createReader()
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail))
    if (!some.length) return
    for (const inside of some) await walk(inside, prefix + entry.name + '/', out)
  }
}

async function dropped(event) {
  const out = [], entries = [...event.dataTransfer.items].map(i => i.webkitGetAsEntry?.()).filter(Boolean)
  if (!entries.length) return [...event.dataTransfer.files].map(f => [f, f.name])
  for (const entry of entries) await walk(entry, '', out)
  return out.filter(([f]) => !/^(\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(f.name))
}

function wire(root, q) {
  const $ = s => root.querySelector(s), zone = $('.zone'), input = $('input')
  const view = { words: {}, limits: {}, q }
  view.say = text => { $('.spoken').textContent = text }
  view.draw = () => {
    const q = view.q, busy = q.files > 0
    root.querySelector('.box').classList.toggle('busy', busy)
    $('.progress').hidden = !busy
    if (busy) {
      const share = q.total ? q.sent / q.total : q.done / q.files, seconds = (performance.now() - q.began) / 1000
      $('.bar i').style.width = 100 * share + '%'
      $('.bar').setAttribute('aria-valuenow', Math.round(100 * share))
      $('.count').textContent = fill(view.words.progress, { done: q.done, files: q.files, sent: mega(q.sent), total: mega(q.total) })
      $('.lost').textContent = q.lost ? view.words.lost : seconds > 3 ? mega((q.sent - q.base) / seconds) + '/s' : ''
      $('.lost').classList.toggle('bad', q.lost)
    }
    const open = busy ? [] : q.held.filter(f => f.received < f.size)
    $('.resume').hidden = !open.length
    $('.resume').textContent = open.length ? fill(view.words.resume, {
      n: open.length, name: open[0].name, share: Math.floor(100 * open[0].received / open[0].size) }) : ''
    const list = $('.refused')
    list.hidden = !q.refused.length
    list.replaceChildren(...q.refused.slice(0, 5).map(r => {
      const li = document.createElement('li'); li.textContent = `${r.name}: ${r.why}`; return li }))
    if (q.refused.length > 5) { const li = document.createElement('li'); li.textContent = fill(view.words.more, { n: q.refused.length - 5 }); list.append(li) }
  }
  input.onchange = () => { add(view.q, [...input.files].map(f => [f, f.webkitRelativePath || f.name])); input.value = '' }
  $('.cancel').onclick = () => cancel(view.q)
  $('.pick').onclick = () => input.click()
  let depth = 0
  zone.ondragenter = e => { e.preventDefault(); depth++; zone.classList.add('over') }
  zone.ondragleave = () => { if (--depth <= 0) { depth = 0; zone.classList.remove('over') } }
  zone.ondragover = e => e.preventDefault()
  zone.ondrop = async e => { e.preventDefault(); depth = 0; zone.classList.remove('over'); add(view.q, await dropped(e)) }
  return view
}

const views = new WeakMap()
export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const q = (queues[data.kind] ||= makeQueue(data.kind))
  let view = views.get(parentElement)
  if (!view) { view = wire(parentElement, q); views.set(parentElement, view) }
  Object.assign(view, { words: data.words, limits: data.limits, q,
    finished: count => setTriggerValue('finished', { count, at: Date.now() }) })
  q.view = view
  const $ = s => parentElement.querySelector(s)
  $('.pick').textContent = data.words.pick; $('.title').textContent = data.words.title; $('.note').textContent = data.words.note
  $('.cancel').textContent = data.words.cancel; $('input').setAttribute('aria-label', data.words.title)
  $('input').accept = data.limits.endings.join()
  $('.box').classList.toggle('small', data.small)
  const left = sessionStorage.getItem(q.key)
  if (!q.files && !q.running) {
    q.token = data.token
    if (left && left !== data.token && !data.small) { // a reload: take the box of before up again where it has something
      q.token = left
      listed(q).then(files => {
        if (q.files) return
        if (files.length) { q.held = files; setStateValue('adopt', left) }
        else { sessionStorage.removeItem(q.key); q.token = data.token }
      })
    } else if (left === data.token) listed(q).then(files => { if (!q.files) { q.held = files; q.draw() } })
  }
  view.draw()
}
