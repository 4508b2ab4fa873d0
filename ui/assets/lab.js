// Fusion lab: re-ranks in the browser while a slider moves; tells Python when it is let go.
// data.items holds every product that can reach the list for the sliders' reach (see recsys.fusion.reachable).
const SHELF = 24, BARS = 12
const memory = new WeakMap()
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
const make = (tag, name) => { const e = document.createElement(tag); if (name) e.className = name; return e }

function makePicture() {
  const pic = make('div', 'pic'), letters = make('span')
  pic.append(letters)
  let img = null, shown = null
  return { pic, show(item) {
    if (shown === item.id) return
    shown = item.id; letters.textContent = item.initials
    if (!item.picture) { if (img) { img.remove(); img = null } return }
    if (!img) { img = make('img'); img.alt = ''; img.draggable = false; img.onerror = () => { img?.remove(); img = null }; pic.append(img) }
    img.src = item.picture
  } }
}

function showMove(chip, move, words) {
  chip.className = 'move ' + (move === null ? 'entered' : move > 0 ? 'up' : move < 0 ? 'down' : 'same')
  chip.textContent = move === null ? words.entered : move > 0 ? '↑ ' + move : move < 0 ? '↓ ' + -move : '='
}

function makeSlider(term, lab) {
  const label = make('label'), key = make('i'), name = make('span', 'name'), out = make('output'), share = make('small')
  const input = make('input'), number = document.createTextNode('')
  input.type = 'range'; input.min = 0; input.max = 1; input.step = 0.01
  out.append(number, share); label.append(key, name, out, input)
  input.oninput = () => { slider.at = +input.value; lab.dragging = true; if (!lab.frame) lab.frame = requestAnimationFrame(() => { lab.frame = 0; draw(lab) }) }
  input.onchange = () => {
    lab.dragging = false; draw(lab); lab.say()
    lab.send('weights', Object.fromEntries(lab.sliders.map(s => [s.term.name, s.at])))
  }
  const speak = (term, words) => {
    input.setAttribute('aria-label', fill(words.weight, { term: term.label }))
    name.textContent = term.symbol ? term.label + ' ' + term.symbol : term.label
    label.title = term.summary
  }
  // `at` is the weight itself: the input holds it cut to its steps, which would move a weight nobody touched
  const slider = { term, label, key, input, number, share, speak, at: 0 }
  return slider
}

function build(root, data) {
  const lab = { sliders: [], dragging: false, frame: 0 }, $ = s => root.querySelector(s)
  for (const term of data.terms) {
    const slider = makeSlider(term, lab)
    ;(term.prominent ? $('.main') : $('.rest')).append(slider.label)
    lab.sliders.push(slider)
  }
  lab.shelf = Array.from({ length: SHELF }, () => {
    const li = make('li'), picture = makePicture(), place = make('div', 'place'), rank = make('b'), move = make('span', 'move')
    place.append(rank, move); li.append(picture.pic, place); $('.shelf').append(li)
    return { li, picture, rank, move }
  })
  lab.bars = Array.from({ length: BARS }, () => {
    const li = make('li'), name = make('span', 'name'), bar = make('div', 'bar'), score = make('b')
    const parts = data.terms.map(() => make('i')), zero = make('u')
    bar.setAttribute('role', 'img'); bar.append(...parts, zero); li.append(name, bar, score); $('.bars').append(li)
    return { li, name, bar, parts, zero, score }
  })
  lab.gone = $('.gone'); lab.count = $('.count'); lab.spoken = $('.spoken'); lab.details = $('details')
  lab.details.open = $('.lab').clientWidth > 520
  lab.say = () => { lab.spoken.textContent = lab.count.textContent + ' ' + fill(lab.data.words.first, { title: lab.first }) }
  return lab
}

function rankAll(lab, weights) {
  const items = lab.data.items, scores = new Float64Array(items.length), order = new Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const z = items[i].z
    let sum = 0
    for (let c = 0; c < weights.length; c++) sum += weights[c] * z[c]
    scores[i] = sum; order[i] = i
  }
  order.sort((a, b) => scores[b] - scores[a] || items[a].number - items[b].number)
  return { scores, order }
}

function draw(lab) {
  const { data } = lab, words = data.words, raw = lab.sliders.map(s => s.at), total = raw.reduce((a, b) => a + b, 0)
  const weights = raw.map(w => total > 0 ? w / total : 0), { scores, order } = rankAll(lab, weights)
  lab.sliders.forEach((s, c) => {
    s.number.nodeValue = weights[c].toFixed(2)
    s.share.textContent = fill(words.share, { share: (data.live_shares[s.term.name] ?? 0).toFixed(2) })
    s.input.style.setProperty('--p', raw[c] * 100 + '%')
    s.input.setAttribute('aria-valuetext', fill(words.spoken_share, { position: raw[c].toFixed(2), share: Math.round(weights[c] * 100) }))
  })
  const top = order.slice(0, SHELF), shown = new Set(top.map(i => data.items[i].id))
  let low = 0, high = 0
  for (const i of top.slice(0, BARS)) {
    let up = 0, down = 0
    data.items[i].z.forEach((z, c) => { const v = weights[c] * z; if (v > 0) up += v; else down += v })
    high = Math.max(high, up); low = Math.min(low, down)
  }
  const span = high - low || 1, zero = -low / span * 100
  lab.shelf.forEach((cell, n) => {
    cell.li.hidden = n >= top.length
    if (cell.li.hidden) return
    const item = data.items[top[n]], was = data.live[item.id]
    cell.picture.show(item); cell.rank.textContent = n + 1; cell.li.title = item.title
    showMove(cell.move, was === undefined ? null : was - (n + 1), words)
  })
  lab.bars.forEach((row, n) => {
    row.li.hidden = n >= top.length
    if (row.li.hidden) return
    const item = data.items[top[n]]
    row.name.textContent = (n + 1) + '  ' + item.title; row.name.title = item.title; row.score.textContent = scores[top[n]].toFixed(2)
    let right = zero, left = zero
    const said = []
    row.parts.forEach((mark, c) => {
      const value = weights[c] * item.z[c], width = Math.abs(value) / span * 100
      if (value < 0) left -= width
      mark.className = value < 0 ? 'against' : ''
      mark.style.cssText = `left:${value < 0 ? left : right}%;width:${Math.max(width - .25, 0)}%;background:${data.colors[c]}`
      if (value > 0) right += width
      if (Math.abs(value) >= 0.005) said.push(data.terms[c].label + ' ' + value.toFixed(2))
    })
    row.zero.hidden = low === 0; row.zero.style.left = zero + '%'
    row.bar.setAttribute('aria-label', said.join(', ')); row.bar.title = said.join(' · ')
  })
  const out = data.items.filter(x => data.live[x.id] <= SHELF && !shown.has(x.id)).sort((a, b) => data.live[a.id] - data.live[b.id])
  const kept = top.length - [...shown].filter(id => !(data.live[id] <= SHELF)).length
  lab.count.textContent = out.length || kept < top.length
    ? fill(words.changed, { kept, all: top.length, new: top.length - kept }) : fill(words.same, { all: top.length })
  while (lab.gone.children.length > out.length) lab.gone.lastChild.remove()
  out.forEach((item, n) => {
    let li = lab.gone.children[n]
    if (!li) { li = make('li'); li.picture = makePicture(); li.append(li.picture.pic); lab.gone.append(li) }
    li.picture.show(item); li.title = fill(words.was, { title: item.title, place: data.live[item.id] })
    li.setAttribute('aria-label', li.title)
  })
  lab.gone.parentElement.classList.toggle('none', out.length === 0)
  lab.first = top.length ? data.items[top[0]].title : 'nothing'
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  let lab = memory.get(parentElement)
  const names = data.terms.map(t => t.name).join()
  if (!lab || lab.names !== names) {
    for (const s of ['.main', '.rest', '.shelf', '.bars', '.gone']) parentElement.querySelector(s).replaceChildren()
    lab = build(parentElement, data); lab.names = names; memory.set(parentElement, lab)
  }
  lab.data = data; lab.send = setStateValue
  const words = data.words
  for (const name of ['shelf', 'gone', 'bars']) parentElement.querySelector('.' + name).setAttribute('aria-label', words[name])
  parentElement.querySelector('summary').textContent = words.rest; parentElement.querySelector('.out').textContent = words.out
  lab.sliders.forEach((s, c) => s.speak(data.terms[c], words))
  lab.details.hidden = data.terms.every(t => t.prominent)
  lab.sliders.forEach((s, c) => {
    s.key.style.background = data.colors[c]; s.input.style.setProperty('--c', data.colors[c])
    s.input.style.setProperty('--track', data.track)
    if (!lab.dragging) s.input.value = s.at = data.weights[s.term.name]
  })
  draw(lab)
}
