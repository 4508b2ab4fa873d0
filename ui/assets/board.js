// Product board: one message for the whole list. Text goes in by textContent only. Where `data.edits` is set, cards can
// be dragged, pinned and hidden; an edit shows at once here and is confirmed by the list that comes back.
const make = (tag, name) => { const e = document.createElement(tag); if (name) e.className = name; return e }
const PATHS = {
  pin: 'M14 4v5.5l2 2.5v2h-3v6l-1 1-1-1v-6H8v-2l2-2.5V4H9V2h6v2z',
  earlier: 'M10.8 12l4.6-4.6L14 6l-6 6 6 6 1.4-1.4z',
  later: 'M13.2 12L8.6 7.4 10 6l6 6-6 6-1.4-1.4z',
  hide: 'M12 7c2.76 0 5 2.24 5 5 0 .65-.13 1.26-.36 1.83l2.92 2.92A11.8 11.8 0 0 0 22.99 12c-1.73-4.39-6-7.5-11-7.5-1.4 0-2.74.25-3.98.7l2.16 2.16C10.74 7.13 11.35 7 12 7zM2 4.27l2.28 2.28.46.46A11.8 11.8 0 0 0 1 12c1.73 4.39 6 7.5 11 7.5 1.55 0 3.03-.3 4.38-.84l.42.42L19.73 22 21 20.73 3.27 3 2 4.27zM7.53 9.8l1.55 1.55a3 3 0 0 0 3.57 3.57l1.55 1.55A5 5 0 0 1 7.53 9.8zm4.31-.78l3.15 3.15.02-.16a3 3 0 0 0-3-3l-.17.01z',
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  svg.setAttribute('viewBox', '0 0 24 24'); svg.setAttribute('aria-hidden', 'true'); path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}

function makeButton(name, ...content) {
  const button = make('button', name)
  button.type = 'button'; button.tabIndex = -1; button.append(...content)
  return button
}

function makeCard() {
  const li = make('li'), pic = make('div', 'pic'), letters = make('span'), row = make('div', 'row'), bar = make('div', 'bar')
  const part = { letters, rank: makeButton('rank'), move: make('span', 'move'), source: make('span', 'source'),
    score: make('span', 'score'), bar, title: make('div', 'title'), sub: make('div', 'sub'),
    actions: make('div', 'actions'), why: makeButton('why'), earlier: makeButton('tool', icon('earlier')),
    later: makeButton('tool', icon('later')), pin: makeButton('tool pin', icon('pin')), hide: makeButton('tool', icon('hide')) }
  part.img = null; part.pic = pic; part.row = row
  pic.append(letters); row.append(part.rank, part.move, part.source, part.score)
  part.tools = [part.earlier, part.later, part.pin, part.hide]
  part.actions.append(part.why, ...part.tools)
  li.append(pic, row, bar, part.title, part.sub, part.actions)
  li.own = part
  return li
}

function showPicture(part, card) {
  part.letters.textContent = card.initials
  if (!card.picture) { if (part.img) { part.img.remove(); part.img = null } return }
  if (part.img && part.img.dataset.url === card.picture) return
  if (!part.img) {
    part.img = make('img'); part.img.alt = ''; part.img.decoding = 'async'; part.img.draggable = false
    part.img.onerror = () => { if (part.img) { part.img.remove(); part.img = null } }
    part.pic.append(part.img)
  }
  part.img.dataset.url = card.picture; part.img.src = card.picture
}

function showMove(chip, card, words) {
  chip.hidden = card.move === undefined && !card.tag
  if (card.tag) { chip.className = 'move tag'; chip.textContent = card.tag; return }
  const move = card.move
  chip.className = 'move ' + (move === null ? 'entered' : move > 0 ? 'up' : move < 0 ? 'down' : 'same')
  chip.textContent = move === null ? words.entered ?? 'new' : move > 0 ? '↑ ' + move : move < 0 ? '↓ ' + -move : '='
}

// Terms that speak for the item grow to the right of the zero line, terms against it to the left, all on one scale.
function showBar(bar, card, data) {
  bar.hidden = !card.parts
  if (!card.parts) return
  const span = data.high - data.low || 1, zero = -data.low / span * 100
  let right = zero, left = zero
  const marks = []
  card.parts.forEach((value, n) => {
    if (!value) return
    const width = Math.abs(value) / span * 100, mark = make('i', value < 0 ? 'against' : '')
    if (value < 0) left -= width
    mark.style.left = (value < 0 ? left : right) + '%'
    mark.style.width = Math.max(width - .4, .3) + '%'
    mark.style.background = data.colors[n]
    if (value > 0) right += width
    marks.push(mark)
  })
  if (data.low < 0) { const line = make('b'); line.style.left = zero + '%'; marks.push(line) }
  bar.replaceChildren(...marks)
  bar.title = card.terms
}

// Lets cards glide to where they now stand; `before` holds where each stood.
function glide(list, before) {
  if (!before.size || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  for (const li of list.children) {
    const from = before.get(li.dataset.id), to = li.getBoundingClientRect()
    if (!from || (from.left === to.left && from.top === to.top)) continue
    li.animate([{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: 'none' }],
      { duration: 180, easing: 'ease-out' })
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const list = parentElement.querySelector('ol'), live = parentElement.querySelector('.live')
  const opens = data.layout === 'grid', edits = opens && Boolean(data.edits), words = data.words ?? {}
  list.className = data.layout + (edits ? ' edits' : '')
  if (data.layout === 'strip') list.tabIndex = 0 // it scrolls sideways, so the arrow keys must reach it
  list.setAttribute('aria-label', data.label)
  const say = text => { if (live.textContent !== text) live.textContent = text }
  const order = () => [...list.children].map(li => li.dataset.id)
  const send = (type, id, place, seen = order()) => setTriggerValue('action', edits ? { type, id, place, order: seen } : { type, id })
  const cardOf = id => data.cards.find(card => card.id === id)
  const focusCard = id => {
    for (const li of list.children) li.tabIndex = li.dataset.id === id ? 0 : -1
    const li = [...list.children].find(child => child.dataset.id === id)
    if (li && li !== li.getRootNode().activeElement) li.focus({ preventScroll: false })
  }

  // What the person sees until the list comes back.
  const foresee = (id, place) => {
    const shown = [...list.children], from = shown.findIndex(li => li.dataset.id === id)
    if (from < 0 || place - 1 === from) return
    const before = new Map(shown.map(li => [li.dataset.id, li.getBoundingClientRect()]))
    const li = shown[from]
    list.insertBefore(li, place - 1 > from ? shown[place - 1].nextSibling : shown[place - 1])
    ;[...list.children].forEach((child, n) => { child.own.rank.textContent = n + 1 })
    li.classList.add('pinned')
    glide(list, before)
    focusCard(id)
  }
  const moveTo = (id, place) => {
    const to = Math.min(Math.max(place, 1), data.cards.length), at = [...list.children].findIndex(li => li.dataset.id === id)
    if (at === to - 1 && cardOf(id)?.pinned) return
    const seen = order()
    list.dataset.focus = id
    foresee(id, to)
    send('move', id, to, seen)
  }
  const togglePin = card => { list.dataset.focus = card.id; send(card.pinned ? 'unpin' : 'pin', card.id) }
  const hide = card => {
    const shown = [...list.children], at = shown.findIndex(li => li.dataset.id === card.id)
    list.dataset.focus = (shown[at + 1] ?? shown[at - 1])?.dataset.id ?? ''
    shown[at]?.classList.add('leaving')
    send('hide', card.id)
  }
  const askPlace = (li, card, typed = '') => {
    const field = make('input', 'place')
    field.type = 'number'; field.min = 1; field.max = data.cards.length; field.value = typed || li.own.rank.textContent
    field.setAttribute('aria-label', words.place)
    let closed = false
    const done = keep => {
      if (closed) return
      closed = true
      const place = Math.round(Number(field.value))
      field.replaceWith(li.own.rank); li.focus()
      if (keep && place >= 1) moveTo(card.id, place)
    }
    field.onclick = event => event.stopPropagation()
    field.onkeydown = event => {
      event.stopPropagation()
      if (event.key === 'Enter') done(true)
      if (event.key === 'Escape') done(false)
    }
    field.onblur = () => done(false)
    li.own.rank.replaceWith(field); field.focus(); if (!typed) field.select()
  }

  const before = new Map([...list.children].map(li => [li.dataset.id, li.getBoundingClientRect()]))
  const kept = new Map([...list.children].map(li => [li.dataset.id, li]))
  const spare = [...list.children].filter(li => !data.cards.some(card => card.id === li.dataset.id))
  const wanted = data.cards.map(card => kept.get(card.id) ?? spare.pop() ?? makeCard())
  for (const li of spare) li.remove()
  wanted.forEach((li, n) => { if (list.children[n] !== li) list.insertBefore(li, list.children[n] ?? null) })

  data.cards.forEach((card, n) => {
    const li = wanted[n], part = li.own
    li.classList.remove('leaving', 'dragged', 'before', 'after')
    li.classList.toggle('pinned', Boolean(card.pinned))
    li.dataset.id = card.id
    li.tabIndex = opens ? (n === 0 ? 0 : -1) : -1
    li.setAttribute('aria-label', card.spoken)
    if (!opens) li.title = card.spoken
    showPicture(part, card)
    part.row.hidden = card.rank === undefined
    part.rank.textContent = card.rank ?? ''
    part.rank.disabled = !edits
    if (edits) { part.rank.title = words.place; part.rank.setAttribute('aria-label', `${card.rank}. ${words.place}`) }
    showMove(part.move, card, words)
    part.source.hidden = !opens || !card.source
    part.source.textContent = card.source ?? ''
    part.source.className = 'source ' + (card.kind ?? '')
    part.source.title = card.because ?? ''
    part.score.textContent = opens ? card.score ?? '' : ''
    showBar(part.bar, opens ? card : {}, data)
    part.title.hidden = data.layout !== 'grid'
    part.title.textContent = card.title
    part.sub.textContent = card.sub; part.sub.title = card.sub
    part.sub.hidden = !card.sub
    part.actions.hidden = !opens
    for (const tool of part.tools) tool.hidden = !edits
    part.why.textContent = edits ? words.why : words.whyHere ?? 'Why here?'
    part.why.setAttribute('aria-label', `${words.whyHere ?? 'Why here?'} ${card.title}`)
    const name = (button, text) => { button.title = text; button.setAttribute('aria-label', `${text}: ${card.title}`) }
    if (edits) {
      name(part.earlier, words.earlier); name(part.later, words.later); name(part.hide, words.hide)
      name(part.pin, card.pinned ? words.unpin : words.pin)
      part.pin.setAttribute('aria-pressed', String(Boolean(card.pinned)))
      part.earlier.disabled = n === 0; part.later.disabled = n === data.cards.length - 1
    }
    const press = deed => event => { event.stopPropagation(); deed() }
    part.earlier.onclick = press(() => moveTo(card.id, n))
    part.later.onclick = press(() => moveTo(card.id, n + 2))
    part.pin.onclick = press(() => togglePin(card))
    part.hide.onclick = press(() => hide(card))
    part.rank.onclick = edits ? press(() => askPlace(li, card)) : null
    li.onclick = opens ? () => send('why', card.id) : null
    li.onkeydown = !opens ? null : event => {
      if (event.target !== li) return
      const perRow = Math.max(1, getComputedStyle(list).gridTemplateColumns.split(' ').length)
      const at = [...list.children].indexOf(li)
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key]
      const key = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey
      const stop = () => { event.preventDefault(); event.stopPropagation() }
      if (edits && command && key === 'z') { stop(); list.dataset.focus = card.id; return send(event.shiftKey ? 'redo' : 'undo', card.id) }
      if (edits && command && key === 'y') { stop(); list.dataset.focus = card.id; return send('redo', card.id) }
      if (command) return
      if (event.altKey) { if (edits && step) { stop(); moveTo(card.id, at + 1 + step) } return }
      if (edits && key === 'p') { stop(); return togglePin(card) }
      if (edits && key === 'h') { stop(); return hide(card) }
      if (edits && /^[1-9]$/.test(key)) { stop(); return askPlace(li, card, key) }
      if (event.key === 'Enter' || event.key === ' ') { stop(); return send('why', card.id) }
      const to = event.key === 'Home' ? 0 : event.key === 'End' ? list.children.length - 1 : step ? at + step : null
      if (to !== null && list.children[to]) {
        event.preventDefault(); li.tabIndex = -1; list.children[to].tabIndex = 0; list.children[to].focus()
      }
    }
    li.draggable = edits
    li.ondragstart = !edits ? null : event => {
      list.dataset.dragged = card.id; li.classList.add('dragged')
      event.dataTransfer.effectAllowed = 'move'; event.dataTransfer.setData('text/plain', card.id)
    }
    li.ondragend = () => {
      delete list.dataset.dragged
      for (const child of list.children) child.classList.remove('dragged', 'before', 'after')
    }
    li.ondragover = !edits ? null : event => {
      const from = [...list.children].findIndex(child => child.dataset.id === list.dataset.dragged)
      if (from < 0) return
      event.preventDefault(); event.dataTransfer.dropEffect = 'move'
      const at = [...list.children].indexOf(li)
      for (const child of list.children) {
        child.classList.toggle('before', child === li && at < from); child.classList.toggle('after', child === li && at > from)
      }
    }
    li.ondrop = !edits ? null : event => {
      event.preventDefault()
      const id = list.dataset.dragged
      if (id && id !== card.id) moveTo(id, [...list.children].indexOf(li) + 1)
    }
  })
  glide(list, before)
  if (list.dataset.focus) { focusCard(list.dataset.focus); delete list.dataset.focus }
  say(data.said || '')
}
